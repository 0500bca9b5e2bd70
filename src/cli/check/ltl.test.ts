/** The `ltl` command: what it prints, and how it ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCheck } from './commands.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ltl-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: unknown): string {
  const path = join(folder, 'input.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = await runCheck(args, io);
  return { code, out, err };
}

const judge = async (formula: string, trace: unknown) => {
  const { code, out } = await run('ltl', formula, file(trace));
  return { code, ...(JSON.parse(out) as object) };
};

const states = (...letters: string[]) =>
  letters.map((present) => ({ a: present.includes('a'), b: present.includes('b') }));

describe('check ltl', () => {
  it.each([
    ['F a', states('', 'a', ''), 0, 'satisfied', 'satisfied', 1],
    ['G a', states('a', 'ab', 'b', 'a'), 1, 'violated', 'violated', 2],
    ['G (a -> F b)', states('a', 'b', ''), 0, 'satisfied', 'currently true', null],
    ['G (a -> F b)', states('b', 'a'), 1, 'violated', 'currently false', null],
    ['X a', states('a'), 1, 'violated', 'currently false', null],
    ['N a', states('b'), 0, 'satisfied', 'currently true', null],
    ['last', states('a'), 0, 'satisfied', 'currently true', null],
    ['last', states('a', 'a'), 1, 'violated', 'violated', 1],
    ['F a & G !a', states(''), 1, 'violated', 'violated', 0],
    ['F last', states('', ''), 0, 'satisfied', 'satisfied', 0],
  ])('%s', async (formula, trace, code, verdict, monitor, at) => {
    expect(await judge(formula, trace)).toEqual({ code, verdict, monitor, at });
  });

  it('compares numbers, words, texts and truth values', async () => {
    const trace = [
      { height: 4, leader: 'v0', 'decided(v0)': false, note: 'two words' },
      { height: 5, leader: 'v1', 'decided(v0)': true, note: '' },
    ];
    for (const formula of [
      'height >= 4 & X height == 5',
      'leader = v0 U leader = v1',
      'F decided(v0) & decided(v0) = false',
      'note = "two words"',
    ]) {
      expect(await judge(formula, trace), formula).toMatchObject({ code: 0 });
    }
    expect(await judge('leader > 3', trace)).toMatchObject({ code: 1 });
  });

  it('takes times from the states', async () => {
    const trace = [
      { timeMs: 0, a: false },
      { timeMs: 4999, a: false },
      { timeMs: 5000, a: true },
    ];
    expect(await judge('F[<=5s] a', trace)).toMatchObject({ code: 0, at: 2 });
    expect(await judge('F[<5s] a', trace)).toMatchObject({ code: 1, at: 2 });
    expect(await run('ltl', 'F[<=5s] a', file([{ a: true }]))).toMatchObject({ code: 2, out: '' });
  });

  it('says why on the error stream', async () => {
    const { err } = await run('ltl', 'G (a -> height < 3)', file([{ a: true, height: 7 }]));
    expect(err).toBe('state 0: height < 3 does not hold: height is 7\n');
    const open = await run('ltl', 'G (a -> F b)', file(states('', 'a', '')));
    expect(open.err).toBe('state 2: F b, due since state 1: never came\n');
  });

  it.each([
    ['a &', states('a'), 'formula, line 1, column 4: found the end, expected a formula'],
    ['G c', states('a', 'b'), 'trace[0].c: found nothing, expected a value of the atom c'],
    ['G a', [{ a: true }, {}], 'trace[1].a: found nothing'],
    ['a', [{ a: 3 }], 'trace[0].a: found 3, expected true or false'],
    ['a', [{ a: null }], 'trace[0].a: found null, expected true, false, a number or a text'],
    ['a', [], 'trace: found an empty list, expected at least one state'],
    ['a', { a: true }, 'trace: found an object, expected a list of states'],
    ['a', [7], 'trace[0]: found 7, expected a state'],
    ['a', '{', 'input.json: found'],
  ])('refuses %s', async (formula, trace, expected) => {
    const { code, out, err } = await run('ltl', formula, file(trace));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(expected);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('prints one result a line for a batch, and ends with the gravest', async () => {
    const fine = { formula: 'a', trace: states('a') };
    const broken = { formula: 'b', trace: states('a') };
    expect(await run('ltl', '--batch', file([fine, fine]))).toMatchObject({ code: 0 });
    const both = await run('ltl', '--batch', file([fine, broken]));
    expect(both.code).toBe(1);
    expect(
      both.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { verdict: 'satisfied', monitor: 'satisfied', at: 0 },
      { verdict: 'violated', monitor: 'violated', at: 0 },
    ]);
    const bad = await run('ltl', '--batch', file([broken, { formula: '(', trace: [] }, 5, fine]));
    expect(bad.code).toBe(2);
    expect(bad.out.trimEnd().split('\n')).toHaveLength(4);
    expect(JSON.parse(bad.out.split('\n')[1] ?? '')).toHaveProperty('error');
  });

  it('says how it is called', async () => {
    expect(await run('ltl', 'a')).toMatchObject({ code: 2, err: expect.stringContaining('expected "<formula>"') });
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('check -- ltl') });
  });
});
