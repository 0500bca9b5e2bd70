import { describe, expect, it } from 'vitest';
import { quorumSize } from '../../../../core/quorum.ts';
import { MILLISECOND, SECOND } from '../../../../core/time.ts';
import { hashValue } from '../../../../crypto/hash.ts';
import type { Lead, RankedChange } from '../messages.ts';
import { type Message, ordering, SIGNATURE, World } from '../testing/world.ts';
import type { Way } from '../types.ts';
import { highest, isCertificate, isSafe } from './rules.ts';

const from = (...signers: number[]) => signers.map((signer) => ({ signer, signature: SIGNATURE }));
const ranked = (signer: number, view: number | null, value = 'a'): RankedChange => ({
  rank: view === null ? null : { view, digest: hashValue(value) },
  proof: { signer, signature: SIGNATURE },
});

/** Copies a block over `blocks` decided values. */
function perBlock(n: number, way: Way, blocks: number): number {
  const world = new World(n, 1, way);
  world.want(...Array.from({ length: blocks }, (_, i) => `t${i}`));
  world.run(20 * SECOND);
  for (const self of world.members) expect(world.log(self)).toHaveLength(blocks);
  return [...world.sent.values()].reduce((sum, count) => sum + count, 0) / blocks;
}

describe('the rules of the linear way', () => {
  const group = { id: 3, members: [10, 11, 12, 13], self: 12, patienceMicros: 1 };
  const lead = (view: number, ranks: RankedChange[], best: Lead<string>['best']): Lead<string> => ({
    type: 'order-lead',
    group: 3,
    slot: 1,
    view,
    ranks,
    best,
  });
  const best = (view: number, value = 'a', proofs = from(10, 11, 12)) => ({ view, value, proofs });
  const isFine = (message: Lead<string>, mutant: string | null = null): boolean =>
    isSafe(message, message.best === null ? null : hashValue(message.best.value), { ...group, mutant });

  it('a certificate has the votes of a quorum of distinct members. Ref: HotStuff §4.1', () => {
    expect(isCertificate(from(10, 11, 12), group)).toBe(true);
    expect(isCertificate(from(10, 11), group)).toBe(false);
    expect(isCertificate(from(10, 11, 11), group)).toBe(false);
    expect(isCertificate(from(10, 11, 14), group)).toBe(false);
  });

  it('the highest certificate is that of the highest view, whoever names it', () => {
    expect(highest([ranked(10, 1), ranked(11, 3, 'b'), ranked(12, null)])).toEqual({ view: 3, digest: hashValue('b') });
    expect(highest([ranked(10, null), ranked(11, null)])).toBeNull();
  });

  it('a leader takes up the highest certificate that a quorum names. Ref: Jolteon §3', () => {
    const ranks = [ranked(10, 1), ranked(11, 3, 'b'), ranked(12, null)];
    expect(isFine(lead(4, ranks, best(3, 'b')))).toBe(true);
    expect(isFine(lead(4, ranks, best(1, 'a')))).toBe(false);
    expect(isFine(lead(4, ranks, best(3, 'a')))).toBe(false);
    expect(isFine(lead(4, ranks, null))).toBe(false);
    expect(isFine(lead(3, ranks, best(3, 'b')))).toBe(false);
    expect(isFine(lead(4, ranks, best(3, 'b', from(10, 11))))).toBe(false);
    expect(isFine(lead(4, ranks, null), 'linear-any-proposal')).toBe(true);
  });

  it('it proposes what it likes where a quorum names nothing, and no quorum says nothing', () => {
    const none = [ranked(10, null), ranked(11, null), ranked(12, null)];
    expect(isFine(lead(1, none, null))).toBe(true);
    expect(isFine(lead(1, none, best(0)))).toBe(false);
    expect(isFine(lead(1, none.slice(1), null))).toBe(false);
    expect(isFine(lead(1, [ranked(10, null), ranked(10, null), ranked(12, null)], null))).toBe(false);
  });
});

describe('ordering by votes to the leader', () => {
  it('decides at the leader after four message delays, at the others after five', () => {
    const world = new World(4, 1, 'linear');
    world.want('a', 'b', 'c');
    world.run(41 * MILLISECOND);
    expect(world.log(10)).toEqual(['a']);
    expect(world.log(11)).toEqual([]);
    world.run(51 * MILLISECOND);
    for (const self of world.members) expect(world.log(self)).toEqual(['a']);
    world.run(SECOND);
    for (const self of world.members) expect(world.log(self)).toEqual(['a', 'b', 'c']);
    expect(world.changes).toBe(0);
  });

  it.each([4, 7, 10, 15])('sends five copies a block and member (n = %i), all to all 2n + 1', (n) => {
    expect(perBlock(n, 'linear', 20)).toBe(5 * (n - 1));
    expect(perBlock(n, 'all-to-all', 20)).toBe((2 * n + 1) * (n - 1));
  });

  it('keeps the second votes of a quorum with every value: the same proof as all to all gives', () => {
    for (const way of ['linear', 'all-to-all'] as const) {
      const world = new World(7, 1, way);
      world.want('a');
      world.run(SECOND);
      for (const self of world.members) {
        const { proofs, view } = world.state(self).log[0] as { proofs: readonly { signer: number }[]; view: number };
        const vote = { type: 'order-commit', group: 3, slot: 1, view, digest: hashValue('a') } as const;
        expect(new Set(proofs.map(({ signer }) => signer)).size).toBe(quorumSize(7));
        expect(world.port(self).verifyAll(vote, proofs as never)).toBe(true);
      }
    }
  });

  it('does without a dead leader, and keeps its successor', () => {
    const world = new World(4, 1, 'linear');
    world.crash(10);
    world.want('a');
    world.run(SECOND);
    world.want('b');
    world.run(1200 * MILLISECOND);
    for (const self of [11, 12, 13]) {
      expect(world.log(self)).toEqual(['a', 'b']);
      expect(world.state(self).view).toBe(1);
    }
    expect(world.sent.get('order-new')).toBeUndefined();
    expect(world.sent.get('order-lead')).toBeGreaterThan(0);
  });

  /** The leader decides, tells nobody and dies; the others have cast their second votes. */
  function decidedAlone(mutant: string | null): World {
    const world = new World(4, 1, 'linear');
    world.mutant = mutant;
    world.lies = (_from, _to, message) => (message.type === 'order-final' && message.view === 0 ? [] : [message]);
    world.want('a');
    world.run(45 * MILLISECOND);
    expect(world.log(10)).toEqual(['a']);
    world.crash(10);
    world.wanted.unshift('b');
    world.run(2 * SECOND);
    return world;
  }

  it('the next leader takes up what may be decided. Ref: Jolteon §3', () => {
    const world = decidedAlone(null);
    for (const self of [11, 12, 13]) expect(world.log(self)).toEqual(['a', 'b']);
    world.restart(10);
    world.run(4 * SECOND);
    world.expectAgreement();
  });

  it('without that rule two values are decided for one slot (mutant linear-any-proposal)', () => {
    const world = decidedAlone('linear-any-proposal');
    expect(world.log(11)).toEqual(['b', 'a']);
    expect(() => world.expectAgreement()).toThrow();
  });

  it('a leader that comes back counts its own votes again', () => {
    const world = new World(4, 1, 'linear');
    world.crash(13);
    world.want('a');
    world.run(15 * MILLISECOND);
    world.crash(10);
    world.run(25 * MILLISECOND);
    world.restart(10);
    world.run(150 * MILLISECOND);
    for (const self of [10, 11, 12]) expect(world.log(self)).toEqual(['a']);
    expect(world.changes).toBe(0);
  });

  it('refuses certificates without a quorum, and those of who does not lead', () => {
    const world = new World(4, 1, 'linear');
    world.want('a');
    world.run(11 * MILLISECOND);
    const about = { group: 3, slot: 1, view: 0, digest: hashValue('a') };
    const give = (by: number, message: Message): void =>
      ordering.onMessage(
        world.state(12),
        by,
        message,
        { signer: by, signature: SIGNATURE },
        world.group(12),
        world.port(12),
      );
    give(10, { type: 'order-prepared', ...about, proofs: from(10, 11) });
    give(11, { type: 'order-prepared', ...about, proofs: from(10, 11, 12) });
    // 13 has voted for nothing else: its signature is made up.
    give(10, { type: 'order-final', ...about, proofs: from(10, 11, 13) });
    const none = [ranked(10, null), ranked(11, null), ranked(13, null)];
    give(11, { type: 'order-lead', group: 3, slot: 1, view: 1, ranks: none, best: null });
    give(11, { type: 'order-new', group: 3, slot: 1, view: 1, changes: [] });
    expect(world.log(12)).toEqual([]);
    expect(world.state(12).prepared).toBeNull();
    expect(world.state(12).view).toBe(0);
    expect(world.notes.map((note) => note.slice(3))).toEqual([
      'refused: a certificate without the votes of a quorum',
      'refused: not the leader of its view',
      'refused: a certificate without the votes of a quorum',
      'refused: a new view without the changes of a quorum',
      'refused: this height is ordered in another way',
    ]);
  });

  it('a member that missed the proposal asks for it when it sees the certificate', () => {
    const world = new World(4, 1, 'linear');
    let isLost = false;
    world.lies = (_from, to, message) => {
      if (to !== 13 || message.type !== 'order-propose' || isLost) return [message];
      isLost = true;
      return [];
    };
    world.want('a');
    world.run(80 * MILLISECOND);
    expect(world.notes).toContain('13 asks for what it missed');
    expect(world.log(13)).toEqual(['a']);
  });
});

/** A storm of four seconds over a group with at most one liar; then calm. */
function storm(seed: number, way: Way | ((slot: number) => Way)): World {
  const n = [4, 7, 5][seed % 3] as number;
  const world = new World(n, seed, way);
  const liar = seed % 2 === 0 ? 10 + world.random(n) : -1;
  const correct = world.members.filter((self) => self !== liar);
  world.route = () => {
    if (world.now >= 4 * SECOND) return [10 * MILLISECOND];
    return world.random(10) < 3 ? [] : [(1 + world.random(60)) * MILLISECOND];
  };
  world.lies = (by, _to, message) => {
    if (by !== liar || world.random(2) === 0) return [message];
    const other = `t${world.random(12)}`;
    if (message.type === 'order-propose') return [{ ...message, value: other }];
    if (message.type === 'order-prepare' || message.type === 'order-commit')
      return [{ ...message, digest: hashValue(other) }];
    if (message.type === 'order-lead') return [{ ...message, best: null }];
    return message.type === 'order-change' ? [{ ...message, prepared: null }] : [];
  };
  if (liar < 0) {
    const victim = 10 + world.random(n);
    world.at((500 + world.random(1000)) * MILLISECOND, () => world.crash(victim));
    world.at((1600 + world.random(1000)) * MILLISECOND, () => world.restart(victim));
  }
  const texts = Array.from({ length: 12 }, (_, i) => `t${i}`);
  texts.forEach((text, i) => void world.at(i * 250 * MILLISECOND, () => world.want(text)));
  world.run(12 * SECOND);
  world.expectAgreement(correct);
  for (const self of correct) expect([...world.log(self)].sort(), `seed ${seed}`).toEqual([...texts].sort());
  return world;
}

describe('a member that runs on alone', () => {
  /** Members that lost what the others said wanted one view after the other, always ahead: with a silent liar nobody decided. */
  it.each([
    [224, 'linear'],
    [242, 'all-to-all'],
    [264, 'all-to-all'],
  ] as const)('waits until a quorum wants its view or a later one. Ref: PBFT §4.5.2 (seed %i, %s)', (seed, way) => {
    storm(seed, way);
  });
});

describe('storms', () => {
  const [first = 1, last = 24] = (process.env['ORDERING_SEEDS'] ?? '').split('..').filter(Boolean).map(Number);
  const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);

  it.each([
    ['linear', 'linear'],
    ['a way for every third slot', (slot: number): Way => (slot % 3 === 0 ? 'linear' : 'all-to-all')],
  ] as const)(
    'agrees under losses, crashes and lies, and goes on when they end: %s',
    { timeout: 600_000 },
    (_name, way) => {
      let [changes, leads] = [0, 0];
      for (const seed of seeds) {
        const world = storm(seed, way);
        changes += world.changes;
        leads += world.sent.get('order-lead') ?? 0;
      }
      expect(changes).toBeGreaterThan(2 * seeds.length);
      expect(leads).toBeGreaterThan(seeds.length / 2);
    },
  );
});
