/** Claims about the two-chain form, one a test. Gelashvili et al., Jolteon and Ditto, arXiv 2106.10362 (fig. 2). */
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../core/encoding.ts';
import type { Message, Proposal, Wish } from './messages.ts';
import { parseMessage } from './messages.ts';
import { checkTimeouts, isTwoChain, REFUSED } from './rules.ts';
import { embedded, statement, wishMessage } from './signing.ts';
import { createNetwork, heightsOf, type Network, type Options } from './testing/harness.ts';

const CONFIG = { mode: 'two-chain', blockTimeMs: 0, viewChangeTimeoutMs: 100, statusPeriodMs: 100 } as const;

const run = (options: Partial<Options> = {}): Network => createNetwork({ n: 4, config: CONFIG, ...options });
const wish = (signer: number, view: number, high: number): Wish => ({
  signer,
  signature: new Uint8Array(8),
  view,
  high: high === 0 ? null : { view: high, digest: 'ab'.repeat(32) },
});
const proposals = (network: Network): Proposal[] =>
  network.sent.flatMap(({ message }: { readonly message: Message }) => (message.type === 'proposal' ? [message] : []));

function contextOf(network: Network) {
  const ctx = network.contexts[0];
  if (ctx === undefined) throw new Error('no context');
  return ctx;
}

describe('commit rule', () => {
  // Ref: fig. 2, "Commit": two adjacent blocks certified in consecutive rounds.
  it('two certified blocks of consecutive views decide the first, and a gap decides nothing', () => {
    expect(isTwoChain({ b: 3, b1: 4 })).toBe(true);
    expect(isTwoChain({ b: 3, b1: 5 })).toBe(false);
  });

  it('decides a block one view before the three-chain does', () => {
    const firstDecision = (mode: string): number => {
      const network = run({ config: { ...CONFIG, mode } }).start();
      network.run(1_000_000, () => heightsOf(network).some((height) => height > 0));
      return network.now;
    };
    // A view is a proposal and its votes, and a µs before the next proposal.
    expect(firstDecision('chained') - firstDecision('two-chain')).toBe(20_001);
  });

  it('does not decide across a view that failed, although both blocks are certified', () => {
    // Everything of view 2 is lost: blocks of views 1 and 3 are certified, decided is only what 3 and 4 decide.
    const network = run({
      route: ({ message }) => (message.type === 'proposal' && message.view === 2 ? [] : [10_000]),
    });
    network.start().run(2_000_000, () => (network.decisions[0]?.length ?? 0) > 0);
    const [first, second] = network.decisions[0] ?? [];
    const highest = Math.max(...proposals(network).map(({ view }) => view));
    expect([first?.epoch, second?.epoch, highest > 4]).toEqual([1, 3, true]);
  });
});

describe('vote rule', () => {
  // Ref: fig. 2, "Vote": r = qc.r + 1, or r = tc.r + 1 and qc.r ≥ max of the certificates in tc.
  it('accepts the certificate of the view before without more, any other only after a quorum of timeouts', () => {
    const ctx = contextOf(run());
    expect(checkTimeouts(7, 6, [], ctx)).toBeNull();
    expect(checkTimeouts(7, 5, [], ctx)).toBe(REFUSED.timeouts);
    expect(
      checkTimeouts(
        7,
        5,
        [0, 1].map((node) => wish(node, 7, 5)),
        ctx,
      ),
    ).toBe(REFUSED.timeouts);
    expect(
      checkTimeouts(
        7,
        5,
        [0, 1, 1].map((node) => wish(node, 7, 5)),
        ctx,
      ),
    ).toBe(REFUSED.repeated);
    expect(
      checkTimeouts(
        7,
        5,
        [0, 1, 9].map((node) => wish(node, 7, 5)),
        ctx,
      ),
    ).toBe(REFUSED.foreign);
    expect(
      checkTimeouts(
        7,
        5,
        [0, 1, 2].map((node) => wish(node, 6 + node, 5)),
        ctx,
      ),
    ).toBe(REFUSED.timeouts);
    expect(
      checkTimeouts(
        7,
        5,
        [0, 1, 2].map((node) => wish(node, 7 + node, 5)),
        ctx,
      ),
    ).toBeNull();
  });

  it('refuses a certificate older than one that a timeout reports; only the mutant does not mind', () => {
    const timeouts = [wish(0, 7, 3), wish(1, 7, 5), wish(2, 7, 0)];
    expect(checkTimeouts(7, 4, timeouts, contextOf(run()))).toBe(REFUSED.stale);
    expect(checkTimeouts(7, 5, timeouts, contextOf(run()))).toBeNull();
    expect(checkTimeouts(7, 4, timeouts, contextOf(run({ mutant: 'two-chain-stale-qc' })))).toBeNull();
  });

  it('checks every signature of the timeouts', () => {
    const timeouts = [0, 1, 2].map((node) => wish(node, 7, 5));
    const ctx = { ...contextOf(run()), verify: (signer: number) => signer !== 2 };
    expect(checkTimeouts(7, 5, timeouts, ctx)).toBe(REFUSED.forged);
  });
});

describe('timeouts inside proposals', () => {
  function afterATimeout(): { readonly network: Network; readonly proposal: Proposal } {
    const network = run();
    network.start().run(15_000);
    network.crash(3);
    network.run(2_000_000, () => heightsOf(network).filter((height) => height > 5).length === 3);
    const proposal = proposals(network).find(({ timeouts }) => timeouts !== undefined);
    if (proposal === undefined) throw new Error('no proposal with timeouts');
    return { network, proposal };
  }

  it('are there after a timeout and only then, and the chain goes on without one of four', () => {
    const { network } = afterATimeout();
    for (const { view, justify, timeouts } of proposals(network)) {
      expect(timeouts === undefined).toBe((justify?.view ?? 0) === view - 1);
      for (const { high } of timeouts ?? []) expect(high?.view ?? 0).toBeLessThanOrEqual(justify?.view ?? 0);
    }
    expect(network.disagreement()).toBeNull();
    expect(
      heightsOf(network)
        .slice(0, 3)
        .every((height) => height > 5),
    ).toBe(true);
  });

  it('survive the wire, and are listed with the NEW-VIEWs that their signatures cover', () => {
    const { network, proposal } = afterATimeout();
    expect(parseMessage(decode(encode(proposal)))).toEqual(proposal);
    const said = network.sent.flatMap(({ message }) => (message.type === 'new-view' ? [statement(message)] : []));
    const inside = embedded(proposal).filter(({ message }) => message.type === 'new-view');
    expect(inside).toHaveLength(3);
    for (const { message } of inside) expect(said).toContainEqual(statement(message));
    expect(statement(wishMessage(wish(1, 4, 0)))).not.toEqual(statement(wishMessage(wish(1, 4, 2))));
  });

  it('are refused in any other shape', () => {
    const { proposal } = afterATimeout();
    const [first] = proposal.timeouts ?? [];
    for (const bad of [null, {}, [null], [{ ...first, view: 0 }], [{ ...first, high: {} }], [{ ...first, more: 1 }]]) {
      expect(parseMessage({ ...proposal, timeouts: bad })).toBeNull();
    }
    expect(parseMessage({ ...proposal, timeouts: new Array(1025).fill(first) })).toBeNull();
  });
});
