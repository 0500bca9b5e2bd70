/** Claims of the paper, each as a test: Rocket et al., arXiv 1906.08936; each reference names the protocol it is about. */
import { describe, expect, it } from 'vitest';
import { parseConfig, thresholdOf } from './config.ts';
import type { Vertex } from './messages.ts';
import { addMember, applyRound, confidenceOf, credit, fail, follow, isAcceptable, isSettled } from './rules.ts';
import { vertexDigest } from './signing.ts';
import { type ConflictSet, setOf } from './state.ts';
import { Nodes } from './testing/nodes.ts';

const RED = 'red';
const BLUE = 'blue';

function split(): ConflictSet {
  const set: ConflictSet = {
    slot: 1,
    members: [],
    confidence: [],
    preferred: '',
    last: '',
    count: 0,
    rounds: 0,
    accepted: '',
  };
  addMember(set, RED);
  addMember(set, BLUE);
  return set;
}

function configOf(raw: Readonly<Record<string, unknown>>) {
  const parsed = parseConfig(raw);
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

describe('Slush', () => {
  it('takes the colour of each winning sample at once, and ends after m rounds whatever they brought. Ref: Slush', () => {
    const config = configOf({ mode: 'slush', rounds: 3 });
    const set = split();
    expect(set.preferred).toBe(RED);
    expect(applyRound(set, BLUE, 'slush', null)).toBe(true);
    expect(set.preferred).toBe(BLUE);
    applyRound(set, null, 'slush', null);
    expect(isSettled(set, config)).toBe(false);
    applyRound(set, RED, 'slush', null);
    expect([set.preferred, isSettled(set, config)]).toEqual([RED, true]);
  });
});

describe('Snowflake', () => {
  it('starts its counter again when the colour changes and when a poll fails. Ref: Snowflake', () => {
    const config = configOf({ mode: 'snowflake', beta1: 3 });
    const set = split();
    for (let i = 0; i < 2; i++) follow(set, RED, null);
    follow(set, BLUE, null);
    expect([set.preferred, set.count]).toEqual([BLUE, 1]);
    follow(set, BLUE, null);
    fail(set, null);
    for (let i = 0; i < 2; i++) follow(set, BLUE, null);
    expect(isSettled(set, config)).toBe(false);
    follow(set, BLUE, null);
    expect(isSettled(set, config)).toBe(true);
  });
});

describe('Snowball', () => {
  it('changes its preference only when the other colour has more confidence, not with every poll. Ref: Snowball', () => {
    const set = split();
    for (let i = 0; i < 3; i++) credit(set, RED, null);
    for (let i = 0; i < 3; i++) expect(credit(set, BLUE, null)).toBe(false);
    expect([set.preferred, set.last, set.count]).toEqual([RED, BLUE, 3]);
    expect(credit(set, BLUE, null)).toBe(true);
    expect([set.preferred, confidenceOf(set, RED), confidenceOf(set, BLUE)]).toEqual([BLUE, 3, 4]);
  });

  it('keeps confidence through a failed poll, unlike the counter. Ref: Snowball', () => {
    const set = split();
    for (let i = 0; i < 3; i++) credit(set, RED, null);
    fail(set, null);
    expect([set.count, confidenceOf(set, RED)]).toEqual([0, 3]);
  });
});

describe('Avalanche', () => {
  const config = configOf({ beta1: 3, beta2: 6 });

  it('accepts after β1 without a rival, and only after β2 against one. Ref: Avalanche (isAccepted)', () => {
    const alone: ConflictSet = { ...split(), members: [RED], confidence: [0] };
    const rivals = split();
    for (let i = 1; i <= 6; i++) {
      credit(alone, RED, null);
      credit(rivals, RED, null);
      expect(isAcceptable(alone, RED, config), `β1 at ${i}`).toBe(i >= 3);
      expect(isAcceptable(rivals, RED, config), `β2 at ${i}`).toBe(i >= 6);
    }
  });

  it('counts a chit for a vertex as a vote for everything it builds on. Ref: Avalanche', () => {
    const nodes = new Nodes({ n: 4, config: { beta1: 50, beta2: 60, issueTimeMs: 200 } }).start();
    nodes.run(1_000_000);
    const state = nodes.state(0);
    for (const [digest, { vertex, children }] of state.entries) {
      const confidence = confidenceOf(setOf(state, vertex.slot), digest);
      for (const child of children) {
        const entry = state.entries.get(child);
        // Whatever a descendant won its ancestor has won too, and its own poll besides.
        if (entry !== undefined)
          expect(confidence).toBeGreaterThan(confidenceOf(setOf(state, entry.vertex.slot), child));
      }
    }
    expect(state.entries.size).toBeGreaterThan(15);
  });

  it('answers no to a vertex whose ancestor it does not prefer. Ref: Avalanche (isStronglyPreferred)', () => {
    const nodes = new Nodes({ n: 4, config: { issueTimeMs: 60_000 } });
    nodes.crash(3);
    nodes.start();
    const first: Vertex = { type: 'vertex', issuer: 3, slot: 4, parents: [], batches: [] };
    const batch = { type: 'submit', client: 4, sequence: 9, transfers: [{ from: 0, to: 1, amount: 1 }] } as const;
    const rival: Vertex = { ...first, batches: [{ batch, signature: new Uint8Array(8) }] };
    const child: Vertex = { type: 'vertex', issuer: 3, slot: 8, parents: [vertexDigest(rival)], batches: [] };
    for (const vertex of [first, rival, child]) nodes.give(1, 3, vertex);
    nodes.give(1, 2, { type: 'query', poll: 7, slot: 4, vertices: [first, rival, child].map(vertexDigest) });
    const chit = nodes.sent.at(-1)?.message;
    expect(chit).toMatchObject({ type: 'chit', poll: 7, prefers: [vertexDigest(first), '', ''] });
  });

  it('decides against a rival although its issuer goes on building on it. Ref: arXiv 2210.03423, §4', () => {
    const nodes = new Nodes({ n: 4, config: { issueTimeMs: 200, beta1: 15, beta2: 20 } });
    nodes.crash(3);
    nodes.start();
    nodes.run(500_000);
    const vertex = (slot: number, parents: readonly string[]): Vertex => ({
      type: 'vertex',
      issuer: 3,
      slot,
      parents,
      batches: [],
    });
    const giveAll = (each: Vertex): void => {
      for (const node of [0, 1, 2]) nodes.give(node, 3, each);
    };
    const [other = ''] = nodes.state(0).entries.keys();
    const won = vertex(4, []);
    let loser = vertex(4, [other]);
    giveAll(won);
    nodes.run(700_000);
    giveAll(loser);
    for (let round = 1; round <= 30; round++) {
      loser = vertex(4 + 4 * round, [vertexDigest(loser)]);
      giveAll(loser);
      nodes.run(700_000 + round * 100_000);
    }
    for (const node of [0, 1, 2]) expect(nodes.state(node).accepted).toContain(vertexDigest(won));
  });

  it('answers a poll once, though a restart makes it forget and the query comes again. Ref: Slush (onQuery)', () => {
    const nodes = new Nodes({ n: 4, config: { issueTimeMs: 60_000 } }).start();
    nodes.run(500_000);
    const vertex: Vertex = { type: 'vertex', issuer: 3, slot: 4, parents: [], batches: [] };
    nodes.give(1, 3, vertex);
    const query = { type: 'query', poll: 4 * 250 + 3, slot: 4, vertices: [vertexDigest(vertex)] } as const;
    const answers = () => nodes.sent.filter(({ message: m }) => m.type === 'chit' && m.poll === query.poll).length;
    nodes.give(1, 2, query);
    expect(answers()).toBe(1);
    nodes.crash(1);
    nodes.restart(1);
    nodes.give(1, 3, vertex);
    nodes.give(1, 2, query);
    expect(answers()).toBe(1);
    nodes.give(1, 2, { ...query, poll: query.poll + 4 });
    expect(nodes.sent.at(-1)?.message).toMatchObject({ type: 'chit', poll: query.poll + 4 });
  });

  it('needs more than half of a sample, so that no poll has two winners. Ref: Snowflake (α > k/2)', () => {
    for (let n = 2; n <= 40; n++) {
      const k = Math.min(10, n - 1);
      const alpha = thresholdOf(configOf({}), n);
      expect(2 * alpha, `n = ${n}`).toBeGreaterThan(k);
      expect(alpha).toBeLessThanOrEqual(k);
    }
    expect(parseConfig({ sampleSize: 10, alpha: 5 })).toMatchObject({ problems: [{ path: 'alpha' }] });
  });
});

describe('the probability of disagreement', () => {
  /** Instances of one run in which two correct nodes accepted different colours, and how many there were. */
  function measure(mode: string, beta: number, seed: number): { readonly split: number; readonly instances: number } {
    const config = { mode, sampleSize: 4, alpha: 3, beta1: beta, rounds: beta, issueTimeMs: 20, pollTimeoutMs: 100 };
    const route = (_copy: unknown, _now: number, random: (bound: number) => number) => [1_000 + random(9_000)];
    const nodes = new Nodes({ n: 10, seed, config, describe: () => null, route }).start();
    nodes.run(2_000_000);
    const bySlot = new Map<number, Set<string>>();
    for (const { slot, digest } of nodes.decisions.flat())
      bySlot.set(slot, (bySlot.get(slot) ?? new Set()).add(digest));
    return { split: [...bySlot.values()].filter((digests) => digests.size > 1).length, instances: bySlot.size };
  }

  function rate(mode: string, beta: number): number {
    let [split, instances] = [0, 0];
    for (let seed = 1; seed <= 2; seed++) {
      const run = measure(mode, beta, seed);
      split += run.split;
      instances += run.instances;
    }
    expect(instances).toBeGreaterThan(8);
    return split / instances;
  }

  it('falls with β, to nothing that a test could see. Ref: Snowflake, Snowball (exponentially in β)', {
    timeout: 60_000,
  }, () => {
    const hasty = rate('snowflake', 1);
    expect(hasty).toBeGreaterThan(0.1);
    expect(rate('snowflake', 10)).toBe(0);
    expect(rate('snowball', 10)).toBe(0);
    expect(rate('slush', 1)).toBeGreaterThan(0.1);
    expect(rate('slush', 20)).toBe(0);
  });
});
