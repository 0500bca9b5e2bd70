/** Random councils: cut, slow, crashing, one of them lying. `COUNCIL_SEEDS=1..500 npx vitest run src/protocols/sharded/council` */
import { describe, expect, it } from 'vitest';
import { maxFaulty } from '../../../core/quorum.ts';
import { type Copy, TestNetwork } from '../../common/testing/network.ts';
import { shardedAlone as sharded } from '../index.ts';
import type { Message } from '../messages.ts';
import type { Ctx, State } from '../state.ts';
import { contradict } from './adversary.ts';
import { changeText, isCouncil } from './messages.ts';

const [FIRST = 1, LAST = 12] = (process.env['COUNCIL_SEEDS'] ?? '1..12').split('..').map(Number);
const SEEDS = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);

const MS = 1000;
const GST = 20_000 * MS;
/** Changes that the scenario asks for: some at the same time. */
const PROPOSALS = [
  { atMs: 500, parameter: 'lockWaitMs', value: 500 },
  { atMs: 500, parameter: 'lockWaitMs', value: 700 },
  { atMs: 4000, parameter: 'movesMax', value: 9 },
  { atMs: 9000, parameter: 'capacityPerSecond', value: 77 },
];

/** Before GST a third of the copies is lost and the rest comes at any time; afterwards each in 50 ms. */
function storm(seed: number, n: number, mutant: string | null = null) {
  const config = {
    council: true,
    councilRoundMs: 400,
    councilTimeoutMs: 1_000_000,
    heartbeatMs: 2000,
    // Nobody is marked down here: with shards out the map changes, which other tests are about.
    downAfterMs: 80_000_000,
    proposals: PROPOSALS,
  };
  const net: TestNetwork<State, Message, never, never, never> = new TestNetwork(sharded as never, {
    n,
    seed,
    config,
    ...(mutant === null ? {} : { mutant }),
    route: (_copy, now, random) =>
      now < GST ? (random(3) === 0 ? [] : [10 * MS + random(1500 * MS)]) : [10 * MS + random(40 * MS)],
  });
  return net;
}

const ctxOf = (net: ReturnType<typeof storm>): Ctx => net.contexts[0] as unknown as Ctx;

/** A shard that says to each copy's receiver what it likes: the truth, the contrary, or nothing. */
function lies(net: ReturnType<typeof storm>, liar: number) {
  return ({ to, message }: Copy<Message>): Message[] => {
    if (!isCouncil(message)) return [message];
    const other = contradict(message, net.states[liar]?.council ?? null, ctxOf(net));
    const draw = net.random(6);
    if (draw === 0) return [];
    return other === null || (to + draw) % 2 === 0 ? [message] : [other];
  };
}

const logOf = (net: ReturnType<typeof storm>, node: number): string[] =>
  (net.states[node]?.council?.log ?? []).map(changeText);

function disagreement(net: ReturnType<typeof storm>, nodes: readonly number[]): string | null {
  const longest = nodes.map((node) => logOf(net, node)).sort((a, b) => b.length - a.length)[0] ?? [];
  for (const node of nodes) {
    const at = logOf(net, node).findIndex((text, epoch) => text !== longest[epoch]);
    if (at >= 0) return `epoch ${at + 1}: v${node} decided ${logOf(net, node)[at]}, another ${longest[at]}`;
  }
  return null;
}

describe.each(SEEDS)('seed %i', (seed) => {
  it('crashes and losses: one decision an epoch, and all of them once messages arrive', () => {
    const n = 3 + (seed % 5);
    const net = storm(seed, n);
    net.start();
    for (let i = 0; i < 4; i++) {
      const node = net.random(n);
      const at = net.random(GST);
      net.at(at, () => net.alive[node] && net.crash(node));
      net.at(at + 1000 * MS + net.random(GST), () => net.alive[node] || net.restart(node));
    }
    net.run(2 * GST + 1000 * MS);
    for (const node of net.alive.keys()) if (!net.alive[node]) net.restart(node);
    net.run(4 * GST);
    const all = net.states.map((_, node) => node);
    expect(disagreement(net, all)).toBeNull();
    for (const node of all) {
      const log = logOf(net, node);
      for (const { parameter, value } of PROPOSALS) expect(log, `v${node}`).toContain(`${parameter} is ${value}`);
    }
  });

  it('one third less one lie: the others decide one thing an epoch', () => {
    const n = 4 + (seed % 4);
    const net = storm(seed, n);
    const liars = Array.from({ length: maxFaulty(n) }, (_, i) => (seed + i) % n);
    Object.assign(net.options, { traitors: Object.fromEntries(liars.map((liar) => [liar, lies(net, liar)])) });
    net.start();
    net.run(2 * GST);
    const honest = net.states.map((_, node) => node).filter((node) => !liars.includes(node));
    expect(disagreement(net, honest)).toBeNull();
  });
});

/** Calm, and the first leader has two faces: shards 1 and 2 see one, 3 and 4 the other. */
function twoFaced(mutant: string | null) {
  const net = storm(1, 5, mutant);
  const traitor = ({ to, message }: Copy<Message>): Message[] => {
    const other = isCouncil(message) && to > 2 ? contradict(message, net.states[0]?.council ?? null, ctxOf(net)) : null;
    return [other ?? message];
  };
  Object.assign(net.options, { traitors: { 0: traitor }, route: () => [20 * MS] });
  net.start();
  net.run(30_000 * MS);
  return { disagreement: disagreement(net, [1, 2, 3, 4]), decided: logOf(net, 1).length };
}

describe('a leader with two faces', () => {
  it('makes a council of more than half decide two things (mutant council-half)', () => {
    expect(twoFaced('council-half').disagreement).toMatch(/^epoch 1/);
  });

  it('costs 67 % of five shards a round and no more', () => {
    expect(twoFaced(null)).toEqual({ disagreement: null, decided: PROPOSALS.length });
  });
});

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
describe('golden traces', () => {
  function tell(message: Message): string | null {
    if (!isCouncil(message)) return null;
    const round = 'round' in message ? `/${message.round}` : '';
    return `${message.type} ${message.epoch}${round}${'change' in message ? `: ${changeText(message.change)}` : ''}`;
  }

  function calm(route: (copy: Copy<Message>) => readonly number[]) {
    const net: ReturnType<typeof storm> = new TestNetwork(sharded as never, {
      n: 4,
      seed: 1,
      describe: tell,
      config: {
        council: true,
        councilRoundMs: 1000,
        councilTimeoutMs: 5000,
        heartbeatMs: 50_000,
        downAfterMs: 200_000,
        proposals: [{ atMs: 100, parameter: 'lockWaitMs', value: 500 }],
      },
      route,
    });
    return net.start();
  }

  it('happy path: asked for, proposed, voted for, confirmed, decided', async () => {
    const net = calm(() => [10 * MS]);
    net.run(2000 * MS);
    expect(net.states.map((_, node) => logOf(net, node).length)).toEqual([1, 1, 1, 1]);
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('leader fault: the first leader is dead, the next one proposes', async () => {
    const net = calm(() => [10 * MS]);
    net.crash(0);
    net.run(4000 * MS);
    expect(net.states.map((_, node) => logOf(net, node).length)).toEqual([0, 1, 1, 1]);
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/leader-fault.txt');
  });

  it('cut in half: nobody has 67 %, and after the time allowed each says that it has failed', async () => {
    const net = calm(({ from, to }) => (from < 2 === to < 2 ? [10 * MS] : []));
    net.run(8000 * MS);
    expect(net.states.map((_, node) => logOf(net, node).length)).toEqual([0, 0, 0, 0]);
    expect(net.states.map(({ council }) => council?.lapsedCount)).toEqual([1, 1, 1, 1]);
    const lapsed = net.sent.filter(({ message }) => message.type === 'council-lapsed');
    expect(lapsed.map(({ at }) => at)).toEqual([5100, 5100, 5100, 5100].map((ms) => ms * MS));
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/cut-in-half.txt');
  });
});
