import { describe, expect, it } from 'vitest';
import { setPath, setPaths } from './set.ts';

const document = { seed: 1, storm: null, faults: [{ kind: 'crash', target: 'v0' }], stop: { ms: 5 } };
const after = (assignment: string): unknown => {
  const result = setPath(document, assignment);
  return 'document' in result ? result.document : result.problems[0];
};

describe('sets', () => {
  it.each([
    ['seed=9', { ...document, seed: 9 }],
    ['storm.beyond=true', { ...document, storm: { beyond: true } }],
    ['protocol.config.blockTimeMs=250', { ...document, protocol: { config: { blockTimeMs: 250 } } }],
    ['faults[0].at=500', { ...document, faults: [{ kind: 'crash', target: 'v0', at: 500 }] }],
    ['faults.0.target=v2', { ...document, faults: [{ kind: 'crash', target: 'v2' }] }],
    ['faults[1]={"kind":"link"}', { ...document, faults: [...document.faults, { kind: 'link' }] }],
    ['expect[0].name=x', { ...document, expect: [{ name: 'x' }] }],
    ['stop=null', { ...document, stop: null }],
    ['name=a=b', { ...document, name: 'a=b' }],
    ['name=007', { ...document, name: '007' }],
    ['name="7"', { ...document, name: '7' }],
    ['name=', { ...document, name: '' }],
    ['crypto.suite=modelled:ml-dsa-65', { ...document, crypto: { suite: 'modelled:ml-dsa-65' } }],
    ['constructor.prototype=1', { ...document, constructor: { prototype: 1 } }],
  ])('%s', (assignment, expected) => {
    expect(after(assignment)).toEqual(expected);
  });

  it('leaves the given document as it is', () => {
    const frozen = Object.freeze({ faults: Object.freeze([Object.freeze({ at: 1 })]) });
    expect(setPath(frozen, 'faults[0].at=2')).toEqual({ document: { faults: [{ at: 2 }] } });
    expect(frozen.faults[0]).toEqual({ at: 1 });
  });
});

describe('refuses', () => {
  it.each([
    ['seed', { path: '--set', found: '"seed"', expected: 'path=value, such as validators=7' }],
    ['=7', { path: '--set', found: '"=7"', expected: 'path=value, such as validators=7' }],
    ['a..b=1', { path: '--set', found: '"a..b"', expected: 'a path such as storm.beyond or faults[0].at' }],
    [
      '__proto__.polluted=1',
      { path: '--set', found: '"__proto__.polluted"', expected: 'a path such as storm.beyond or faults[0].at' },
    ],
    ['seed.x=1', { path: 'seed', found: '1', expected: 'an object or a list to set a part of' }],
    ['faults[2].at=1', { path: 'faults[2]', found: '"2"', expected: 'a position from 0 to 1' }],
    ['faults.first=1', { path: 'faults.first', found: '"first"', expected: 'a position from 0 to 1' }],
  ])('%s', (assignment, problem) => {
    expect(after(assignment)).toEqual(problem);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

it('applies several in order and stops at the first that fails', () => {
  expect(setPaths(document, ['stop.ms=6', 'stop.ms=7'])).toEqual({ document: { ...document, stop: { ms: 7 } } });
  expect(setPaths(document, ['seed=2', 'seed.x=1', 'a..b=1'])).toHaveProperty('problems.0.path', 'seed');
  expect(setPaths(document, [])).toEqual({ document });
});
