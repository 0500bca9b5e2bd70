import { describe, expect, it } from 'vitest';
import { quorumSize } from '../../../core/quorum.ts';
import { MILLISECOND, SECOND } from '../../../core/time.ts';
import { hashValue } from '../../../crypto/hash.ts';
import { type Message, ordering, SIGNATURE, World } from './testing/world.ts';

describe('ordering in a group', () => {
  it('decides one value after another, in three message delays each', () => {
    const world = new World(4);
    world.want('a', 'b', 'c');
    world.run(29 * MILLISECOND);
    expect(world.log(10)).toEqual([]);
    world.run(31 * MILLISECOND);
    for (const self of world.members) expect(world.log(self)).toEqual(['a']);
    world.run(SECOND);
    for (const self of world.members) expect(world.log(self)).toEqual(['a', 'b', 'c']);
    expect(world.changes).toBe(0);
  });

  it('keeps the commits of a quorum with every value', () => {
    const world = new World(7);
    world.want('a');
    world.run(SECOND);
    for (const self of world.members) {
      const { proofs } = world.state(self).log[0] as { readonly proofs: readonly { readonly signer: number }[] };
      expect(new Set(proofs.map(({ signer }) => signer)).size).toBe(quorumSize(7));
    }
  });

  it('does without a dead leader, and keeps its successor', () => {
    const world = new World(4);
    world.crash(10);
    world.want('a');
    world.run(SECOND);
    world.want('b');
    world.run(1200 * MILLISECOND);
    for (const self of [11, 12, 13]) {
      expect(world.log(self)).toEqual(['a', 'b']);
      expect(world.state(self).view).toBe(1);
    }
  });

  it('proposes in the new view what the old one had prepared', () => {
    const world = new World(4);
    // COMMITs are lost: all have prepared, none has decided.
    world.lies = (_from, _to, message) => (message.type === 'order-commit' && message.view === 0 ? [] : [message]);
    world.want('a');
    world.run(100 * MILLISECOND);
    world.crash(10);
    world.wanted.unshift('b');
    world.run(2 * SECOND);
    for (const self of [11, 12, 13]) expect(world.log(self)).toEqual(['a', 'b']);
  });

  it('remembers its vote over a crash', () => {
    const world = new World(4);
    world.want('a');
    world.run(15 * MILLISECOND);
    for (const self of world.members) world.crash(self);
    for (const self of world.members) expect(world.disks.get(self)?.map(({ kind }) => kind)).toContain('order-voted');
    for (const self of world.members) world.restart(self);
    const before = world.state(11).voted;
    expect(before?.view).toBe(0);
    world.run(2 * SECOND);
    for (const self of world.members) expect(world.log(self)).toEqual(['a']);
  });

  it('brings back a member that slept through many decisions', () => {
    const world = new World(4);
    world.crash(13);
    const texts = Array.from({ length: 40 }, (_, i) => `t${i}`);
    world.want(...texts);
    world.run(3 * SECOND);
    expect(world.log(10)).toHaveLength(40);
    world.restart(13);
    world.run(4 * SECOND);
    world.want('last');
    world.run(6 * SECOND);
    expect(world.log(13)).toEqual([...texts, 'last']);
  });

  it('convicts a leader that proposes two values, and agrees all the same', () => {
    const world = new World(4);
    world.lies = (from, to, message) => {
      if (from !== 10 || message.type !== 'order-propose') return [message];
      const other = { ...message, value: message.value === 'a' ? 'b' : 'a' };
      return to === 11 ? [message, other] : to === 12 ? [other] : [message];
    };
    world.want('a', 'b');
    world.run(5 * SECOND);
    world.expectAgreement([11, 12, 13]);
    for (const self of [11, 12, 13]) expect([...world.log(self)].sort()).toEqual(['a', 'b']);
    expect(world.evidence).toContain('10: two proposals in one view');
  });

  it('refuses a decision and a new view without a quorum', () => {
    const world = new World(4);
    const proof = { signer: 10, signature: SIGNATURE };
    const give = (message: Message): void =>
      ordering.onMessage(world.state(12), 11, message, { ...proof, signer: 11 }, world.group(12), world.port(12));
    const about = { group: 3, slot: 1, view: 1 };
    const twice = [proof, proof, { ...proof, signer: 11 }];
    give({ type: 'order-decided', ...about, value: 'x', proofs: twice });
    const change = { type: 'order-change', ...about, prepared: null } as const;
    give({ type: 'order-new', ...about, changes: twice.map((each) => ({ change, proof: each })) });
    give({ type: 'order-decided', ...about, group: 4, value: 'x', proofs: [] });
    expect(world.log(12)).toEqual([]);
    expect(world.state(12).view).toBe(0);
    expect(world.notes).toEqual([
      '12 refused: a decision without the commits of a quorum',
      '12 refused: a new view without the changes of a quorum',
      '12 refused: not of this group',
    ]);
  });

  it('agrees under losses, crashes and lies, and goes on when they end (120 seeds)', { timeout: 300_000 }, () => {
    let changes = 0;
    let decisions = 0;
    for (let seed = 1; seed <= 120; seed++) {
      const n = seed % 3 === 0 ? 7 : 4;
      const world = new World(n, seed);
      const liar = seed % 2 === 0 ? 10 + world.random(n) : -1;
      const correct = world.members.filter((self) => self !== liar);
      const calm = 4 * SECOND;
      world.route = () => {
        if (world.now >= calm) return [10 * MILLISECOND];
        return world.random(10) < 3 ? [] : [(1 + world.random(60)) * MILLISECOND];
      };
      world.lies = (from, _to, message) => {
        if (from !== liar || world.random(2) === 0) return [message];
        if (message.type === 'order-propose') return [{ ...message, value: `t${world.random(12)}` }];
        if (message.type === 'order-prepare' || message.type === 'order-commit')
          return [{ ...message, digest: hashValue(`t${world.random(12)}`) }];
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
      changes += world.changes;
      decisions += world.log(correct[0] as number).length;
    }
    expect(changes).toBeGreaterThan(200);
    expect(decisions).toBe(120 * 12);
  });
});
