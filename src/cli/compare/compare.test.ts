import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FAULT_CASES, MEASURES, SHIPPED } from '../../explore/compare/index.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { runCompare } from './command.ts';

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function sim(...words: string[]): Promise<Said> {
  let [out, err] = ['', ''];
  const take = (text: string): void => {
    err += text;
  };
  const code = await runCompare(words, {
    out: (text) => {
      out += text;
    },
    err: { write: take },
  });
  return { code, out, err };
}

const percentiles = z.strictObject({
  count: z.int().min(0),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});
const count = z.int().min(0);
const run = z.strictObject({
  validatorCount: z.int().min(1),
  faultCount: count,
  tolerates: z.strictObject({ liars: count, faulty: count }),
  isBeyondModel: z.boolean(),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  timeMs: z.number().min(0),
  events: count,
  decisions: count,
  phases: z.array(z.strictObject({ phase: z.string(), count, bytes: count })),
  messages: count,
  bytes: count,
  blockLatencyMs: percentiles,
  transactionLatencyMs: percentiles,
  blocksPerSecond: z.number().min(0),
  transactionsPerSecond: z.number().min(0),
  viewChanges: count,
  signatures: z.strictObject({ made: count, verified: count }),
  longestPauseMs: z.number().min(0),
  lastDecisionMs: z.number().nullable(),
  goesOn: z.boolean(),
  violated: z.array(z.strictObject({ name: z.string(), atMs: z.number().nullable(), detail: z.string() })),
  scenario: z.looseObject({ format: z.literal('testnet-scenario/1'), seed: count }),
  notes: z.array(z.string()),
});
const column = z.strictObject({
  protocol: z.enum([...PROTOCOLS.keys()]),
  title: z.string(),
  faultModel: z.enum(['byzantine', 'crash']),
});
/** What programs may rely on in `--json`. */
const document = z.strictObject({
  format: z.literal('testnet-comparison/1'),
  name: z.string(),
  seed: count,
  columns: z.array(column).min(2).max(4),
  rows: z.array(z.strictObject({ id: z.string(), label: z.string(), cells: z.array(run) })),
});

const SHORT = ['--set', 'stop.ms=4000', '--set', 'workload.ratePerSecond=5'];
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'compare-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('compare', () => {
  it('prints one JSON document of the stated shape, the same each time', async () => {
    const words = ['happy-path', '--protocols', 'svbft,raft', '--vary', 'validators:4,7', ...SHORT, '--json'];
    const said = await sim(...words);
    expect(said).toMatchObject({ code: 0, err: '' });
    const found = document.parse(JSON.parse(said.out));
    expect(found.columns.map(({ protocol }) => protocol)).toEqual(['svbft', 'raft']);
    expect(found.rows.map(({ label }) => label)).toEqual(['n = 4', 'n = 7']);
    for (const { cells } of found.rows) expect(cells).toHaveLength(2);
    expect(await sim(...words)).toEqual(said);
  });

  it('takes a file, and prints a table with the notes of what was changed', async () => {
    const path = join(folder, 'mine.json');
    const faults = [{ kind: 'link', types: ['commit'], loss: 0.5, at: 0, until: 1000 }];
    writeFileSync(path, JSON.stringify({ name: 'Mine', protocol: { name: 'pbft' }, faults }));
    const { code, out } = await sim(path, '--protocols=pbft,raft', ...SHORT);
    expect(code).toBe(0);
    expect(out).toContain('Mine: seed 1, PBFT · Raft');
    for (const { label } of MEASURES) expect(out).toContain(label);
    expect(out).toContain('raft: faults[0] (link): left out: raft has no message for what commit is for');
  });

  it('prints CSV, and takes another seed', async () => {
    const { out } = await sim('one-slow-node', '--protocols', 'pbft,raft', '--seed', '5', ...SHORT, '--csv');
    expect(out.trimEnd().split('\r\n')).toHaveLength(1 + 3 * 2);
    const json = await sim('one-slow-node', '--protocols', 'pbft,raft', '--seed', '5', ...SHORT, '--json');
    expect(document.parse(JSON.parse(json.out)).seed).toBe(5);
  });

  it('repeats with other seeds and says the median', async () => {
    const { code, out } = await sim('happy-path', '--protocols', 'svbft,pbft', '--vary', 'seeds:1,2,3', ...SHORT);
    expect(code).toBe(0);
    const lines = out.split('\n').filter((line) => /^(seed [123]|median) /.test(line));
    expect(lines.filter((line) => line.startsWith('median'))).toHaveLength(8);
    expect(lines).toHaveLength(9 * 3 + 8);
  });

  it('says with its exit code when a protocol breaks what it promises', async () => {
    const path = join(folder, 'broken.json');
    const mutant = PROTOCOLS.get('svbft')?.mutants.find(({ breaks }) => breaks === 'liveness');
    expect(mutant).toBeDefined();
    const { code, out } = await sim(mutant?.scenario ?? '', '--protocols', 'svbft,pbft', '--json');
    writeFileSync(path, out);
    expect(code).toBe(1);
    const [row] = document.parse(JSON.parse(out)).rows;
    expect(row?.cells[0]?.violated.map(({ name }) => name)).toContain(mutant?.check);
    expect(row?.cells[1]?.violated).toEqual([]);
  });

  it('lists what is there and what may be said', async () => {
    const listed = await sim('--list');
    const help = await sim('--help');
    expect([listed.code, help.code]).toEqual([0, 0]);
    for (const { id } of SHIPPED) expect(listed.out).toContain(id);
    for (const { id } of FAULT_CASES) expect(help.out).toContain(id);
  });

  it.each([
    [[], 'scenario: found nothing, expected a file, a preset id, a link or a comparison'],
    [['happy-path'], '--protocols: found nothing, expected protocols to compare, such as'],
    [['happy-path', '--protocols', 'svbft'], '--protocols: found "svbft", expected 2 to 4 different ones of'],
    [['happy-path', '--protocols', 'svbft,frog'], '--protocols: found "svbft,frog"'],
    [['happy-path', '--protocols', 'svbft,svbft'], '--protocols: found "svbft,svbft"'],
    [['n-squared', '--vary', 'moons'], '--vary: found "moons", expected validators:4,7,…, seeds:1,2,… or faults'],
    [['n-squared', '--vary', 'validators:0'], '--vary: found "validators:0"'],
    [['n-squared', '--vary', 'faults:none,none'], '--vary: found "faults:none,none"'],
    [['n-squared', '--seed', '-1'], '--seed: found "-1"'],
    [['n-squared', '--set', 'validators=0'], 'validators: found 0'],
    [['n-squared', '--json', '--csv'], '--csv: found "--json", expected one format only'],
    [['n-squared', 'other'], 'argument: found "other"'],
    [['n-squared', '--frob'], 'option: found "--frob"'],
    [['no-such-thing', '--protocols', 'svbft,raft'], 'scenario: found "no-such-thing"'],
  ])('refuses %j in one line', async (words, text) => {
    const { code, out, err } = await sim(...words);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(text);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
