import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeLink } from '../scenario/index.ts';
import type { RunResult } from './run.ts';
import { type CommandIo, simulate } from './simulate.ts';

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function sim(...args: string[]): Promise<Said> {
  let [out, err] = ['', ''];
  const io: CommandIo = {
    out: (text) => {
      out += text;
    },
    err: {
      write: (text: string) => {
        err += text;
      },
    },
    platform: () => {
      throw new Error('no workers here');
    },
    sweepEntry: '',
    coreCount: 1,
  };
  const code = await simulate(args, io);
  return { code, out, err };
}

function results({ out }: Said): RunResult[] {
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunResult);
}

const SHORT = ['--set', 'stop.ms=6000', '--set', 'crypto.suite=modelled:ml-dsa-65', '--json'];
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sim-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a run', () => {
  it('prints one JSON object with everything the contract names', async () => {
    const said = await sim('happy-path', ...SHORT);
    expect(said).toMatchObject({ code: 0, err: '' });
    const [result, ...more] = results(said);
    expect(more).toEqual([]);
    expect(Object.keys(result ?? {})).toEqual([
      'seed',
      'fingerprint',
      'timeMs',
      'events',
      'height',
      'decided',
      'checks',
      'metrics',
    ]);
    expect(result).toMatchObject({ seed: 7, timeMs: 6000, metrics: { timeMs: 6000, viewChanges: 0 } });
    expect(result?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(result?.height).toBeGreaterThan(3);
    expect(Object.keys(result?.decided ?? {})).toEqual(['v0', 'v1', 'v2', 'v3']);
    const blocks = result?.decided['v0'] ?? [];
    expect(blocks.map(({ height }) => height)).toEqual(blocks.map((_, position) => position + 1));
    expect(result?.checks.map(({ verdict }) => verdict)).toEqual(result?.checks.map(() => 'holds'));
    expect(result?.metrics.messages['prepare']?.count).toBeGreaterThan(0);
  });

  it('gives the same fingerprint for the same seed, another for another', async () => {
    const runs = [[], [], ['--seed', '8']].map((seed) => sim('happy-path', ...SHORT, ...seed));
    const [first, again, other] = (await Promise.all(runs)).map((said) => results(said)[0]);
    expect(again).toEqual(first);
    expect(other?.seed).toBe(8);
    expect(other?.fingerprint).not.toBe(first?.fingerprint);
  });

  it('reads as text, with every check', async () => {
    const { out, code } = await sim('happy-path', ...SHORT.slice(0, 4));
    expect(code).toBe(0);
    expect(out).toMatch(/fingerprint +[0-9a-f]{64}/);
    for (const check of ['agreement', 'validity', 'certificates', 'liveness']) expect(out).toContain(`✓ ${check}`);
  });

  it('ends after 60 virtual seconds where the scenario does not say when', async () => {
    const path = file(
      'endless.json',
      '{"protocol":{"name":"svbft"},"crypto":{"suite":"modelled:ed25519"},"workload":{"kind":"none"}}',
    );
    expect(results(await sim(path, '--json'))[0]?.timeMs).toBe(60_000);
    const short = await sim(path, '--json', '--set', 'stop.height=2');
    expect(results(short)[0]).toMatchObject({ height: 2 });
    expect(results(short)[0]?.timeMs).toBeLessThan(60_000);
  });
});

describe('an export', () => {
  it('goes to files, and changes nothing of the run', async () => {
    const [metrics, log] = [join(folder, 'metrics.txt'), join(folder, 'run.jsonl')];
    const said = await sim('happy-path', ...SHORT, '--export', `openmetrics=${metrics}`, '--export', `trace=${log}`);
    const plain = await sim('happy-path', ...SHORT);
    expect(results(said)).toEqual(results(plain));
    expect(readFileSync(metrics, 'utf8')).toContain(`testnet_height ${results(plain)[0]?.height}\n`);
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    const decisions = lines.filter((line) => (JSON.parse(line) as { kind: string }).kind === 'decide');
    expect(decisions).toHaveLength(Object.values(results(plain)[0]?.decided ?? {}).flat().length);
  });

  it('stands alone on the standard output', async () => {
    const said = await sim('happy-path', ...SHORT, '--export', 'mermaid', '--from', '1000', '--to', '1500');
    expect(said.out).toMatch(/^sequenceDiagram\n/);
    expect(said.out).toContain('1000 to 1500 ms');
    expect(JSON.parse(said.err)).toMatchObject({ seed: 7 });
  });

  it('says which file it cannot write', async () => {
    const said = await sim('happy-path', ...SHORT, '--export', `itf=${join(folder, 'nowhere', 'a.json')}`);
    expect(said).toMatchObject({ code: 2, out: '' });
    expect(said.err).toContain('nowhere/a.json" (ENOENT)'.replace('\\', ''));
  });
});

describe('a violation', () => {
  it('exits 1 with a link that shows it: the same run, the same fingerprint', async () => {
    const said = await sim('mutant-unverified', '--seed', '3', '--json');
    expect(said.code).toBe(1);
    const result = results(said)[0];
    expect(result?.checks).toContainEqual(expect.objectContaining({ name: 'agreement', verdict: 'violated' }));
    const link = result?.link ?? '';
    expect(said.err).toContain(link);
    expect(said.err).toContain('seed 3');
    const document = await decodeLink(link.replace('#s=', ''));
    expect(document).toMatchObject({ value: { seed: 3, protocol: { mutant: 'unverified' } } });
    const again = await sim(`https://example.org/${link}`, '--json');
    expect(results(again)[0]).toEqual(result);
    expect(again.code).toBe(1);
  });

  it('is gone with the fault corrected', async () => {
    const { code } = await sim('mutant-unverified', '--set', 'protocol.mutant=null', '--json');
    expect(code).toBe(0);
  });
});

describe('bad input', () => {
  it.each([
    [['no-such-thing'], 'scenario: found "no-such-thing"'],
    [['storm', '--seed', 'x'], '--seed: found "x"'],
    [['storm', '--set', 'validators=0'], 'validators: found 0'],
    [['storm', '--set', 'validators'], '--set: found "validators"'],
    [['storm', '--set', 'stop.mss=5'], 'stop'],
    [['storm', '--set', 'protocol.name=nope'], 'protocol.name: found "nope"'],
    [['#s=@@@'], 'link: found'],
    [[tmpdir()], 'no regular file'],
  ])('%j exits 2 with one line', async (args, start) => {
    const { code, out, err } = await sim(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(start);
    expect(err).toContain('expected');
    expect(err.trimEnd()).not.toContain('\n');
  });

  it('names file, line and column of a syntax error', async () => {
    const path = file('broken.json', '{\n  "protocol": ,\n}');
    const { code, err } = await sim(path);
    expect(code).toBe(2);
    expect(err).toContain(path);
    expect(err).toMatch(/line 2/);
  });
});

describe('temporal expectations', () => {
  const expecting = (ltl: string): string[] => [
    '--set',
    `expect=${JSON.stringify([{ name: 'wanted', ltl }])}`,
    ...SHORT,
  ];

  it('are checks of the run, and decide how it ends', async () => {
    const fine = await sim('happy-path', ...expecting('F decided'), '--json');
    expect(fine.code).toBe(0);
    expect(results(fine)[0]?.checks).toContainEqual(expect.objectContaining({ kind: 'ltl', verdict: 'holds' }));
    const broken = await sim('happy-path', ...expecting('F crashed'), '--json');
    expect(broken.code).toBe(1);
    expect(broken.err).toContain('violated: wanted');
    expect(results(broken)[0]?.checks).toContainEqual(
      expect.objectContaining({ name: 'wanted', verdict: 'violated', detail: expect.stringContaining('never came') }),
    );
  });

  it('are refused where they mean nothing, with their place', async () => {
    const unknown = await sim('happy-path', ...expecting('F (hight > 3)'));
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toContain('expect[0].ltl: found "hight" at line 1, column 4');
    expect(unknown.err).toContain('did you mean height?');
  });
});

describe('a sweep', () => {
  it('prints a line a seed in order and a summary that shows it was not vacuous', async () => {
    const said = await sim('storm', '--seeds', '14..18', '--set', 'stop.ms=30000', '--json');
    expect(said.code).toBe(0);
    const runs = results(said);
    expect(runs.map(({ seed }) => seed)).toEqual([14, 15, 16, 17, 18]);
    const single = await sim('storm', '--seed', '16', '--set', 'stop.ms=30000', '--json');
    expect(runs[2]).toEqual(results(single)[0]);
    const decisions = runs
      .flatMap(({ decided }) => Object.values(decided))
      .reduce((sum, blocks) => sum + blocks.length, 0);
    const shown = /^decisions +([\d,]+)$/m.exec(said.err)?.[1]?.replaceAll(',', '');
    // Traitors' decisions do not count.
    expect(Number(shown)).toBeGreaterThan(0);
    expect(Number(shown)).toBeLessThanOrEqual(decisions);
    expect(said.err).toMatch(/^violations +none$/m);
    expect(said.err).toMatch(/^faults +\w+/m);
  });

  it('exits 1 when one seed is bad and counts it by check', async () => {
    const { code, out } = await sim('mutant-votes-not-distinct', '--seeds', '1..2');
    expect(code).toBe(1);
    expect(out).toMatch(/VIOLATED .*certificates/);
    expect(out).toMatch(/^violations +\d runs: .*certificates/m);
    expect(out).toContain('#s=');
  });
});
