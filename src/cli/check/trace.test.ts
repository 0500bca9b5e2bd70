/** The `trace` command: an exported run is judged as the live one was. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestnet } from '../../session/index.ts';
import { runCheck } from './commands.ts';

const FORMULAS = [
  ['G (crash -> F restart)', 'satisfied'],
  ['F (height >= 500)', 'violated'],
  ['G (height <= 2)', 'violated'],
  ['F[<=5s] (leader = v1 & view >= 0)', 'satisfied'],
  ['G (sent(commit, v2) -> O sent(prepare, v2))', 'satisfied'],
  ['G (partitioned -> !calm) & F partitioned(v3)', 'satisfied'],
] as const;

let folder = '';
let lines = '';
let runFile: Uint8Array = new Uint8Array();
const live = new Map<string, { verdict: string; atMs: number | null }>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trace-'));
  const testnet = await openTestnet();
  await testnet.load({
    seed: 5,
    protocol: { name: 'svbft', config: { blockTimeMs: 500 } },
    crypto: { suite: 'modelled:ml-dsa-65' },
    faults: [
      { kind: 'crash', target: 'v1', at: 1000, until: 2500 },
      { kind: 'partition', groups: [['v0', 'v1', 'v2'], ['v3']], at: 4000, until: 5000 },
    ],
    expect: FORMULAS.map(([ltl]) => ({ name: ltl, ltl })),
    stop: { ms: 8000 },
  });
  await testnet.runUntil({ ms: 20_000 }).catch(() => undefined);
  for (const { name, kind, verdict, atMs } of await testnet.checks())
    if (kind === 'ltl') live.set(name, { verdict, atMs });
  lines = await testnet.export('trace');
  runFile = await testnet.exportRunFile();
  await testnet.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(content: string | Uint8Array, ...args: string[]) {
  const path = join(folder, 'input');
  writeFileSync(path, content);
  let [out, err] = ['', ''];
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = await runCheck(['trace', path, ...args], io);
  return { code, out, err };
}

describe('check trace', () => {
  it.each(['JSON lines', 'a run file'])('judges %s as the live run was', async (form) => {
    const content = form === 'JSON lines' ? lines : runFile;
    const { code, out, err } = await run(content, ...FORMULAS.flatMap(([ltl]) => ['--expect', ltl]));
    expect(code).toBe(1);
    expect(err).toContain('G (height <= 2): state');
    const results = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { verdict: string; atMs: number | null });
    FORMULAS.forEach(([ltl, expected], i) => {
      expect([ltl, results[i]?.verdict]).toEqual([ltl, expected]);
      expect(live.get(ltl)?.verdict).toBe(expected === 'satisfied' ? 'holds' : 'violated');
    });
    expect(results[2]?.atMs).toBe(live.get('G (height <= 2)')?.atMs);
    expect(await run(content, '--expect', 'F decided')).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    ['{', 'F decided', ', line 1: found'],
    ['{"t":0,"node":"v0","kind":"decide"}', 'F decided', 'found slot missing, expected a height'],
    ['{"t":5,"node":"v0","kind":"note"}\n{"t":4,"node":"v0","kind":"note"}', 'F decided', 'line 2: found t 4'],
    ['{"t":0,"node":"v0","kind":"note"}', 'F decided', 'found no event that makes a state'],
    ['{"t":0,"node":"v0","kind":"send","type":"nonsense","to":"v1"}', 'F decided', 'no protocol here'],
    ['rubbish', 'F decided', 'expected JSON lines of a trace, or a run file'],
    ['{"t":0,"node":"v0","kind":"decide","slot":1}', 'F decide(v7)', 'column 3: found "v7", expected a node, v0 to v0'],
  ])('refuses %s', async (content, formula, expected) => {
    const { code, out, err } = await run(content, '--expect', formula);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(expected);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('wants a formula', async () => {
    expect(await run(lines)).toMatchObject({ code: 2, err: expect.stringContaining('found no --expect') });
    expect(await run(lines, '--expect')).toMatchObject({ code: 2, err: expect.stringContaining('a formula after it') });
  });
});
