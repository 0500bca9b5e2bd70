import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCheck } from '../check/commands.ts';
import { explore } from './command.ts';
import type { SearchOutcome } from './search.ts';

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

async function run(...words: string[]): Promise<Ran> {
  let [out, err] = ['', ''];
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: {
      write: (text: string) => {
        err += text;
      },
    },
    entry: '',
    coreCount: 1,
  };
  return { exit: await explore(words, io), out, err };
}

const FILE = join(tmpdir(), `evidence-${process.pid}.json`);
const PLAIN = ['--protocol', 'svbft', '--jobs', '1'];

afterAll(() => rmSync(FILE, { force: true }));

describe('sim explore', () => {
  it('finds, shrinks, follows into futures and answers 1', { timeout: 120_000 }, async () => {
    const words = [
      ...PLAIN,
      '--mutant',
      'svbft-vc-forgets',
      '--check',
      'agreement',
      '--budget',
      '20',
      '--shrink',
      '--futures',
      '1',
    ];
    const { exit, out } = await run(...words, '--evidence', FILE, '--json');
    expect(exit).toBe(1);
    const { found, runs } = JSON.parse(out) as SearchOutcome;
    expect(runs).toBe(12);
    expect(found?.findings.map(({ check }) => check)).toContain('agreement');
    expect(found?.shrunk?.scenario.faults.length).toBeLessThanOrEqual(2);
    expect(found?.shrunk?.link).toMatch(/^#s=[\w-]+$/);
    expect(found?.moments).toHaveLength(12);
    // Everybody who voted for both blocks did so in different views: suspects, no convictions.
    let told = '';
    const exitOfCheck = await runCheck(['evidence', FILE], {
      out: (text) => {
        told += text;
      },
      err: () => undefined,
    });
    expect(exitOfCheck).toBe(0);
    expect(told).toContain('suspect');
    writeFileSync(FILE, readFileSync(FILE, 'utf8').replace('testnet-evidence/1', 'testnet-evidence/9'));
    expect(await runCheck(['evidence', FILE], { out: () => undefined, err: () => undefined })).toBe(2);
  });

  it('answers 0 where nothing is violated', { timeout: 60_000 }, async () => {
    const { exit, out } = await run(...PLAIN, '--budget', '6', '--mode', 'twins');
    expect(exit).toBe(0);
    expect(out).toContain('violations  none');
  });

  it('explores a model completely', async () => {
    const { exit, out } = await run(
      '--mode',
      'exhaustive',
      '--model',
      'two-phase-commit',
      '--validators',
      '3',
      '--json',
    );
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ distinctStates: 288, depth: 11, isComplete: true, counterexample: null });
  });

  it('shows a shortest way to a violation', async () => {
    const model = ['--mode', 'exhaustive', '--model', 'two-phase-commit', '--validators', '2'];
    const { exit, out } = await run(...model, '--mutant', 'release-after-yes');
    expect(exit).toBe(1);
    expect(out).toMatch(/7\. rm\d hears commit/);
  });

  it.each([
    [[], 'scenario: found nothing'],
    [['--mode', 'guess'], '--mode: found "guess"'],
    [['--budget', '0', ...PLAIN], '--budget: found "0"'],
    [['--budget'], '--budget: found nothing'],
    [['--what'], 'option: found "--what"'],
    [['--shrink=twice', ...PLAIN], '--shrink: found "twice"'],
    [['a', 'b'], 'argument: found "b"'],
    [['no-such-preset'], 'scenario: found "no-such-preset"'],
    [['--protocol', 'nothing'], 'protocol.name: found'],
    [['--protocol', 'svbft', '--mutant', 'nothing'], 'protocol.mutant: found'],
    [['--mode', 'exhaustive', '--model', 'x'], '--model: found "x"'],
    [['--mode', 'exhaustive', '--model', 'voting', '--mutant', 'x'], '--mutant: found "x"'],
  ])('refuses %j with one line', async (words, line) => {
    const { exit, err } = await run(...words);
    expect(exit).toBe(2);
    expect(err).toContain(line);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});
