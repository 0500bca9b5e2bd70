/** A protocol that nobody has heard of shows up in every view: they are drawn from what it declares, and know none by name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROTOCOL_TITLES } from './protocols.ts';
import { presets } from '../scenario/library.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import type { Declaration } from '../protocols/protocol.ts';
import type { Frame } from '../session/view.ts';
import { messageRows } from '../ui/features/metrics/selectors.ts';
import {
  accessibleName,
  centreReading,
  legendEntries,
  nodeLook,
  phaseLetter,
} from '../ui/features/network/selectors.ts';
import { faultOn, paletteOf } from '../ui/lib/palette.ts';
import { PHASES } from '../ui/lib/phases.ts';

/** Made up for this test: its words, kinds and fields occur nowhere else. */
const CAROUSEL: Declaration = {
  name: 'carousel',
  title: 'Carousel agreement',
  summary: 'Riders pass a token around.',
  paper: 'none',
  messages: [
    {
      type: 'boarding',
      label: 'boarding call',
      phase: 'propose',
      exclusive: true,
      vote: false,
      explain: 'Who may ride.',
    },
    { type: 'waving', label: 'waving', phase: 'second', exclusive: true, vote: true, explain: 'A rider waves.' },
    { type: 'whistle', label: 'whistle', phase: 'sync', exclusive: false, vote: false, explain: 'Noise.' },
  ],
  fields: [
    { name: 'role', label: 'Role', kind: 'enum', values: ['conductor', 'rider'], explain: '' },
    { name: 'epoch', label: 'Turn', kind: 'epoch', explain: '' },
    { name: 'height', label: 'Round', kind: 'slot', explain: '' },
    { name: 'phase', label: 'Phase', kind: 'enum', values: ['idle', 'waving'], explain: '' },
    { name: 'lockEpoch', label: 'Strapped in', kind: 'epoch', explain: '' },
    { name: 'mempool', label: 'Queue', kind: 'count', explain: '' },
  ],
  faultModel: 'byzantine',
  words: { epoch: 'turn', slot: 'round', leader: 'conductor', change: 'reversal' },
  quorum: (count) => count - 1,
  behaviours: ['equivocate'],
};
const NODES: Frame['nodes'] = ['v0', 'v1', 'c0'].map((id, index) => ({
  id,
  index,
  kind: id.startsWith('v') ? ('validator' as const) : ('client' as const),
  region: 'local',
  stake: 1,
  suite: 'ml-dsa-65',
}));

describe('a protocol made up on the spot', () => {
  const node = NODES[0] as Frame['nodes'][number];
  const fields = { role: 'conductor', epoch: 3, height: 12, phase: 'waving', lockEpoch: null, mempool: 4 };
  const look = nodeLook(CAROUSEL, node, { alive: true, byzantine: null, fields, changedAt: 0 }, 12);

  it('is drawn and named in its own words', () => {
    expect(accessibleName(look)).toBe('v0, conductor, turn 3, round 12');
    expect(look.crown).toBe('leader');
    expect(phaseLetter(look)).toBe(PHASES.second.letter);
    expect(centreReading([look])).toEqual({ height: 12, epoch: 3, leader: 'v0' });
  });

  it('has a legend, a palette of faults and rows of figures', () => {
    expect(legendEntries(CAROUSEL).map(({ label }) => label)).toEqual(['Boarding call', 'Waving', 'Synchronisation']);
    const byzantine = paletteOf(CAROUSEL).filter(({ group }) => group === 'Byzantine');
    expect(byzantine.map(({ label }) => label)).toContain('equivocate');
    expect(byzantine.map(({ label }) => label)).not.toContain('double-vote');
    expect(paletteOf({ ...CAROUSEL, faultModel: 'crash' }).some(({ group }) => group === 'Byzantine')).toBe(false);
    const rows = messageRows(
      { waving: { count: 3, bytes: 900 }, boarding: { count: 1, bytes: 100 } },
      CAROUSEL.messages,
    );
    expect(rows.map(({ kind, share }) => [kind.label, share])).toEqual([
      ['waving', 0.9],
      ['boarding call', 0.1],
    ]);
  });

  it('can be broken from the palette, where it makes sense', () => {
    const frame = { nodes: NODES, declaration: CAROUSEL, scenario: { shards: null } };
    for (const entry of paletteOf(CAROUSEL)) {
      const onClient = faultOn(entry.id, { kind: 'node', node: 2 }, frame);
      const onValidator = faultOn(entry.id, { kind: 'node', node: 1 }, frame);
      const onLink = faultOn(entry.id, { kind: 'link', from: 0, to: 2 }, frame);
      expect(onLink !== null, entry.id).toBe(entry.on === 'link');
      expect(onValidator !== null, entry.id).toBe(entry.on !== 'link');
      expect(onClient !== null, entry.id).toBe(entry.on === 'node');
    }
    expect(faultOn('machine/no such thing', { kind: 'node', node: 0 }, frame)).toBeNull();
  });
});

describe('every registered protocol', () => {
  it('can be chosen in the page and has a scenario to begin with', () => {
    expect(PROTOCOL_TITLES.map(({ name }) => String(name)).sort()).toEqual([...PROTOCOLS.keys()].sort());
    for (const { name, title } of PROTOCOL_TITLES) {
      expect(PROTOCOLS.get(name)?.declaration.title).toBe(title);
      expect(
        presets.some(({ scenario }) => scenario.protocol.name === name),
        name,
      ).toBe(true);
    }
  });

  it('is a stranger to the views: none of them names it', () => {
    const ui = join(import.meta.dirname, '..', 'ui');
    const sources = readdirSync(ui, { recursive: true })
      .map(String)
      .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|^testing/.test(path));
    expect(sources.length).toBeGreaterThan(80);
    for (const path of sources) {
      const text = readFileSync(join(ui, path), 'utf8');
      for (const name of PROTOCOLS.keys()) expect(text.includes(`'${name}'`), `${path} names ${name}`).toBe(false);
    }
  });
});
