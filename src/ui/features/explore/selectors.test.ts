import { expect, it } from 'vitest';
import { svbft } from '../../../protocols/svbft/index.ts';
import type { Fault } from '../../../scenario/index.ts';
import {
  checkNames,
  faultLine,
  inevitableAt,
  readTarget,
  sharePoints,
  targetOf,
  targetOptions,
  verdictOnGuess,
} from './selectors.ts';

it('a target is a protocol, perhaps with a variant', () => {
  for (const mutant of [null, 'unverified']) {
    expect(readTarget(targetOf('svbft', mutant))).toEqual({ protocol: 'svbft', mutant });
  }
  const options = targetOptions([svbft]);
  expect(options[0]?.value).toBe('present');
  expect(options.map(({ value }) => value)).toContain('svbft/unverified');
  expect(new Set(options.map(({ value }) => value)).size).toBe(options.length);
});

it('every check that a variant names can be guessed', () => {
  const names = checkNames(svbft);
  for (const { check } of svbft.mutants) expect(names).toContain(check);
});

it('a guess is right when its check fired among others', () => {
  const fired = [
    { check: 'agreement', atMs: 1, detail: '' },
    { check: 'validity', atMs: 2, detail: '' },
  ];
  expect(verdictOnGuess({ guessed: 'validity', fired })).toBe('right');
  expect(verdictOnGuess({ guessed: 'liveness', fired })).toBe('wrong');
  expect(verdictOnGuess({ guessed: 'liveness', fired: null })).toBe('none');
  expect(verdictOnGuess({ guessed: null, fired })).toBe('none');
});

it('it is inevitable from the moment on after which no future escaped', () => {
  const moments = [5, 3, 5, 5].map((violated, i) => ({ atMs: i * 1000, futures: 5, violated }));
  expect(inevitableAt(moments)).toBe(2000);
  expect(inevitableAt(moments.slice(0, 2))).toBeNull();
  expect(sharePoints(moments)[1]).toEqual({ second: 1, share: 60 });
});

it('a fault in one line', () => {
  const fault = {
    kind: 'crash',
    target: 'v1',
    restart: 'amnesia',
    at: 500,
    until: null,
    when: null,
    untilWhen: null,
  } as Fault;
  expect(faultLine(fault)).toBe('crash, target v1, restart amnesia, at 500');
});
