/** What clients are told of the ledger, on real runs: as they were, altered, and of a leader that answers from the past. */
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../core/encoding.ts';
import { runScenario } from '../../cli/run.ts';
import type { Envelope } from '../../kernel/envelope.ts';
import type { Highlight } from '../../kernel/trace/highlights.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { presetById, type ScenarioInput, validateScenario } from '../../scenario/index.ts';
import { Judge } from '../judge.ts';
import { begins, judged, liar, messages, record, redecide, type Tape } from '../testing/tape.ts';

const READING: Partial<ScenarioInput> = {
  protocol: { name: 'raft', config: { blockTimeMs: 300, readPeriodMs: 100 } },
  workload: { ratePerSecond: 30, accounts: 3 },
  clients: 3,
  stop: { ms: 9000 },
};

async function check(input: unknown): Promise<{ readonly verdict: string; readonly detail: string }> {
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const { result } = await runScenario(validated.scenario, null);
  const found = result.checks.find(({ name }) => name === 'linearizability');
  if (found === undefined) throw new Error('not judged at all');
  return found;
}

const answersIn = (detail: string): number => Number(/ (\d+) answers/.exec(detail)?.[1]);

/** The messages of a type, changed as told; their signatures are not looked at by the judge. */
function retold<M>(tape: Tape, type: string, change: (message: M, position: number) => M): Highlight[] {
  const position = tape.world.protocol.declaration.messages.findIndex((each) => each.type === type);
  let count = 0;
  return tape.highlights.map((highlight) => {
    if (highlight.kind !== 'message' || highlight.type !== position) return highlight;
    const bytes = encode(change(decode(highlight.envelope.bytes) as M, count++));
    return { ...highlight, envelope: { ...highlight.envelope, bytes, memo: null } satisfies Envelope };
  });
}

const violation = (tape: Tape, highlights: readonly Highlight[]) =>
  judged(tape, highlights).violations.get('linearizability');

describe('reads', async () => {
  const tape = await record(READING);
  type Reply = { readonly type: 'read-reply'; readonly account: number; readonly balance: number };

  it('of a run as it was fit one order with its transfers', () => {
    const judge = judged(tape, tape.highlights);
    const standing = judge.report().checks.at(-1);
    expect(standing).toMatchObject({ name: 'linearizability', verdict: 'holds' });
    expect(answersIn(standing?.detail ?? '')).toBeGreaterThan(200);
    expect(standing?.detail).not.toContain('unknown');
  });

  it('are caught where a balance was never there', () => {
    const wrong = retold<Reply>(tape, 'read-reply', (reply, i) => (i === 40 ? { ...reply, balance: 1 } : reply));
    expect(violation(tape, wrong)?.detail).toMatch(/v\d told c\d that a\d holds 1: height \d+, decided before/);
  });

  it('are caught where an answer is an old one', () => {
    const last = new Map<number, number>();
    const old = retold<Reply>(tape, 'read-reply', (reply, i) => {
      if (i < 60 && !last.has(reply.account)) last.set(reply.account, reply.balance);
      return i > 60 ? { ...reply, balance: last.get(reply.account) ?? reply.balance } : reply;
    });
    expect(violation(tape, old)?.detail).toContain('no order of what was under way explains it');
  });

  it('by a liar are not judged', () => {
    const wrong = retold<Reply>(tape, 'read-reply', (reply, i) => (i === 40 ? { ...reply, balance: 1 } : reply));
    const liars = [0, 1, 2, 3].map((node) => begins(liar(node), 0, `f${node}`));
    expect(violation(tape, [...liars, ...wrong])).toBeUndefined();
  });

  it('are judged alike when judging was interrupted', () => {
    const expected = judged(tape, tape.highlights).report();
    for (const cut of [100, Math.floor(tape.highlights.length / 2)]) {
      const second = new Judge(tape.world);
      second.restore(structuredClone(judged(tape, tape.highlights.slice(0, cut)).capture()));
      for (const highlight of tape.highlights.slice(cut)) second.onHighlight(highlight);
      expect(second.report()).toEqual(expected);
    }
  });

  it('say that they are not judged behind a snapshot that knows nothing of them', () => {
    const judge = judged(tape, tape.highlights);
    const { invariants, ...rest } = judge.capture();
    judge.restore({ ...rest, invariants: invariants.slice(0, -1) });
    expect(judge.report().checks.at(-1)).toMatchObject({
      verdict: 'pending',
      detail: expect.stringContaining('snapshot'),
    });
  });
});

describe('outcomes of transfers', async () => {
  const tape = await record({
    protocol: { name: 'pbft', config: { blockTimeMs: 300 } },
    // So poor that some transfers are refused.
    workload: { ratePerSecond: 30, accounts: 3, initialBalance: 40 },
    stop: { ms: 6000 },
  });
  type Reply = { readonly type: 'reply'; readonly refused: readonly number[] };
  const replies = messages(tape.highlights)
    .map(({ envelope }) => decode(envelope.bytes) as Reply)
    .filter(({ type }) => type === 'reply');

  it('are what the decided order makes of them', () => {
    expect(replies.some(({ refused }) => refused.length > 0)).toBe(true);
    expect(violation(tape, tape.highlights)).toBeUndefined();
    const { detail = '' } = judged(tape, tape.highlights).report().checks.at(-1) ?? {};
    expect(answersIn(detail)).toBeGreaterThan(replies.length);
  });

  it('are caught where a replica tells another', () => {
    const wrong = retold<Reply>(tape, 'reply', (reply, i) => {
      return i === 20 ? { ...reply, refused: reply.refused.includes(0) ? [] : [0] } : reply;
    });
    expect(violation(tape, wrong)?.detail).toMatch(
      /v\d told c0 that transfer 0 of batch \d+ was (refused|executed), though/,
    );
  });

  it('are not judged by one chain where there are two', () => {
    const forked = redecide(tape.highlights, (told) => {
      if (told.node !== 1 || told.decision.slot !== 3) return told;
      return { ...told, decision: { ...told.decision, value: { ...(told.decision.value as object), proposer: 9 } } };
    });
    const judge = judged(tape, forked);
    expect(judge.report().checks.at(-1)).toMatchObject({
      verdict: 'pending',
      detail: expect.stringContaining('height 3'),
    });
  });
});

describe('scenarios', () => {
  it('a deposed leader that answers from the past is caught; mended, it is not', async () => {
    const scenario = presetById('mutant-raft-stale-read')?.scenario;
    const stale = await check(scenario);
    expect(stale).toMatchObject({ verdict: 'violated', detail: expect.stringContaining('told c0 that') });
    const mended = { ...scenario, protocol: { ...scenario?.protocol, mutant: null } };
    expect((await check(mended)).verdict).toBe('holds');
  });

  it('storms of crashes and cuts leave every read in order', async () => {
    let answers = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const storm = { intensity: 0.5, beyond: false, startMs: 500 };
      const network = { synchrony: { kind: 'partial', gstMs: 6000, deltaMs: 200 } };
      const { verdict, detail } = await check({
        ...READING,
        crypto: { suite: 'modelled:ml-dsa-65' },
        seed,
        storm,
        network,
      });
      expect([seed, verdict, detail.includes('unknown')]).toEqual([seed, 'holds', false]);
      answers += answersIn(detail);
    }
    expect(answers).toBeGreaterThan(1500);
  }, 60_000);

  it('is not asked where decisions are no chain', async () => {
    await expect(check({ protocol: { name: 'avalanche' }, stop: { ms: 500 } })).rejects.toThrow('not judged');
  });
});
