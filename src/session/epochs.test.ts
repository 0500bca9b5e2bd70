import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../kernel/trace/events.ts';
import type { Declaration } from '../protocols/protocol.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { asksForLater, entryKey, isChange, isOrdered, valueWord } from './epochs.ts';
import { openTestnet } from './index.ts';

const ENTRY = { node: 2, slot: 5, epoch: 3 };
const PLAIN = {
  words: {},
  messages: [{ phase: 'first' }, { phase: 'change' }],
  quorum: () => 3,
} as unknown as Declaration;
const ROTATING: Declaration = { ...PLAIN, epochs: { of: 'run', rotate: true } };

describe('what a protocol says of its epochs', () => {
  it('decides which entries are the same change', () => {
    expect(entryKey(PLAIN, ENTRY)).not.toBe(entryKey(PLAIN, { ...ENTRY, slot: 6 }));
    expect(entryKey(PLAIN, ENTRY)).toBe(entryKey(PLAIN, { ...ENTRY, node: 1 }));
    expect(entryKey(ROTATING, ENTRY)).toBe(entryKey(ROTATING, { node: 1, slot: 6, epoch: 3 }));
    const each: Declaration = { ...PLAIN, epochs: { of: 'node' } };
    expect(entryKey(each, ENTRY)).not.toBe(entryKey(each, { ...ENTRY, node: 1 }));
    expect(entryKey(each, ENTRY)).toBe(entryKey(each, { ...ENTRY, slot: 6 }));
  });

  it('makes an epoch that rotates a change only where a quorum had asked for it', () => {
    expect(isChange(PLAIN, 3, [])).toBe(true);
    expect(isChange(ROTATING, 3, [])).toBe(false);
    expect(isChange(ROTATING, 3, [3, 4, 2, 0])).toBe(false);
    expect(isChange(ROTATING, 3, [3, 4, 3, 0])).toBe(true);
  });

  it('takes a message for such a wish if it is of phase change and above what its sender is in', () => {
    expect(asksForLater(PLAIN, 1, 4, 3)).toBe(true);
    expect(asksForLater(PLAIN, 1, 3, 3)).toBe(false);
    expect(asksForLater(PLAIN, 0, 4, 3)).toBe(false);
    expect(asksForLater(PLAIN, 1, 4, null)).toBe(false);
  });

  it('has a word for what is decided, and says whether there is an order', () => {
    expect(valueWord(PLAIN)).toBe('block');
    expect(valueWord({ ...PLAIN, words: { ...PLAIN.words, value: 'entry' } })).toBe('entry');
    expect(isOrdered(PLAIN)).toBe(true);
    expect(isOrdered({ ...PLAIN, guarantees: ['agreement'] })).toBe(false);
  });
});

/** First entries into an epoch for which a quorum of validators had sent a wish above their own, from decoded events alone. */
function failedEpochs(events: readonly TraceEvent[], wish: string, quorum: number): string[] {
  const own = new Map<string, number>();
  const asked = new Map<string, number>();
  const entered = new Set<number>();
  const found: string[] = [];
  for (const event of events) {
    if (event.kind === 'send' && event.type === wish && event.epoch > (own.get(event.node) ?? event.epoch))
      asked.set(event.node, event.epoch);
    if (event.kind !== 'state' || !event.node.startsWith('v')) continue;
    const epoch = Number(event.fields['epoch'] ?? event.fields['view'] ?? -1);
    const before = own.get(event.node);
    own.set(event.node, epoch);
    if (before === undefined || epoch <= before || entered.has(epoch)) continue;
    entered.add(epoch);
    if ([...asked.values()].filter((value) => value >= epoch).length >= quorum) found.push(`${event.t} ${epoch}`);
  }
  return found;
}

async function changesOf(preset: string, ms: number) {
  const testnet = await openTestnet();
  await testnet.load(preset);
  await testnet.runUntil({ ms });
  const marks = testnet.view().markers.filter(({ kind }) => kind === 'viewChange');
  const metrics = await testnet.metrics();
  const events = testnet.view().events(0, testnet.view().eventCount);
  await testnet.close();
  return { marks, metrics, events };
}

describe('changes of a run', { timeout: 60_000 }, () => {
  it('are not the views that HotStuff enters with every block', async () => {
    const { marks, metrics, events } = await changesOf('hotstuff-happy-path', 10_000);
    const views = events.filter(({ kind }) => kind === 'state').length;
    expect(views).toBeGreaterThan(100);
    expect(metrics.blocks).toBeGreaterThan(20);
    expect({ marks, changes: metrics.viewChanges }).toEqual({ marks: [], changes: 0 });
    expect(metrics.health).toMatchObject({ status: 'healthy', reasons: [] });
  });

  it('are the views of HotStuff that a quorum gave up', async () => {
    const { marks, metrics, events } = await changesOf('hotstuff-leader-crash', 14_000);
    const expected = failedEpochs(events, 'new-view', 3);
    expect(expected.length).toBeGreaterThan(1);
    expect(marks.map(({ at, label }) => `${at / 1000} ${/view (\d+)/.exec(label)?.[1]}`)).toEqual(expected);
    expect(metrics.viewChanges).toBe(marks.length);
  });

  it('are one a term where one count is kept for the run', async () => {
    const { marks, metrics } = await changesOf('raft-leader-crash', 12_000);
    expect(marks.map(({ label }) => label)).toEqual([
      'Election: term 1, from index 1 on',
      'Election: term 2, from index 5 on',
    ]);
    expect(metrics.viewChanges).toBe(2);
  });

  it('and a protocol without order or leader is well while its nodes decide different things', async () => {
    for (const preset of ['sharded-happy-path', 'avalanche-happy-path']) {
      const { metrics } = await changesOf(preset, 6_000);
      expect(metrics.blocks).toBeGreaterThan(10);
      expect(metrics.health.reasons).toEqual([]);
      expect(metrics.health.monitors[0]?.reading).toMatch(/^nobody leads/);
    }
  });

  it('every protocol that has a leader can show one, the others name none', () => {
    for (const { declaration } of PROTOCOLS.values()) {
      const roles = declaration.fields[0]?.values ?? [];
      if (declaration.hasLeader !== false) expect(roles, declaration.name).toContain(declaration.words.leader);
    }
  });
});
