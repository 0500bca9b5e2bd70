import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeJsonNet } from '../../checks/petri/json.ts';
import { readPnml, writePnml } from '../../checks/petri/pnml.ts';
import { kanban, philosophers, PRODUCER } from '../../checks/petri/testing/models.ts';
import { petriCommand } from './petri.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-'));
  writeFileSync(join(folder, 'kanban.pnml'), writePnml(kanban(2)));
  writeFileSync(join(folder, 'philosophers.json'), writeJsonNet(philosophers(3)));
  writeFileSync(join(folder, 'producer.json'), writeJsonNet(PRODUCER));
  writeFileSync(join(folder, 'bad.pnml'), '<pnml>\n<net>');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const words = args.map((word) => (/\.(pnml|json)$/.test(word) ? join(folder, word) : word));
  const code = await petriCommand.run(words, {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { code, ...said };
}

describe('npm run check -- petri', () => {
  it('tells of a PNML file what there is to know', async () => {
    const { code, out, err } = await run('kanban.pnml');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('net kanban 2: 16 places, 16 transitions, 40 arcs');
    expect(out).toMatch(/reachable markings +4600\n/);
    expect(out).toMatch(/deadlocks +0\n/);
    expect(out).toMatch(/bounds +2-bounded\n/);
    expect(out).toMatch(/liveness +live; every marking leads back/);
    expect(out).toMatch(/P-invariants +6 /);
    expect(out).toContain('  kanban1 + machine1 + back1 + out1\n');
  });

  it('gives the same as one JSON document', async () => {
    const { out } = await run('philosophers.json', '--json');
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      places: 15,
      transitions: 15,
      reachable: { markings: 27, cutOff: null },
      deadlocks: { count: 2 },
      bounds: { isBounded: true, k: 1 },
      liveness: { isLive: false },
    });
  });

  it('says where it was cut off, and what is unbounded', async () => {
    const { out } = await run('producer.json', '--markings', '100');
    expect(out).toMatch(/reachable markings +\d+ or more: cut off at the limit of markings/);
    expect(out).toMatch(/bounds +unbounded, by its coverability graph/);
    expect(out).toContain('  ω: store\n');
  });

  it('analyses the net of a protocol, and hands it over as PNML', async () => {
    const { out } = await run('--protocol', 'svbft', '--validators', '4', '--json');
    expect(JSON.parse(out)).toMatchObject({ name: 'svbft, 4 validators', reachable: { markings: 2911 } });
    const net = readPnml((await run('--protocol', 'svbft', '--epochs', '2', '--pnml')).out);
    expect(net.transitions.map(({ id }) => id)).toContain('change-view.v3.e1.from-e0');
  });

  it.each([
    [['bad.pnml'], /^line 2, column 1: found <net> without an end, expected <\/net>\n$/],
    [['none.pnml'], /none\.pnml: found no such file, expected a readable file\n$/],
    [[], /^arguments: found no net, expected /],
    [['kanban.pnml', 'kanban.pnml'], /^arguments: found ".*", expected one net\n$/],
    [['kanban.pnml', '--fast'], /^--fast: found an unknown option/],
    [['kanban.pnml', '--markings', 'many'], /^--markings: found "many", expected a whole number from 1/],
    [['kanban.pnml', '--markings'], /^--markings: found nothing/],
    [['--protocol', 'toString'], /^--protocol: found "toString", expected a protocol that declares a net: .*svbft/],
  ])('%j is refused in one line', async (args, expected) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(expected);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
