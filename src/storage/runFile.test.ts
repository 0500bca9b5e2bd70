import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack } from '../core/pack.ts';
import { exportRun, importRun } from './runFile.ts';
import { SEAL_BYTES, SEAL_KIND, seal } from './seal.ts';
import { record } from './testing.ts';

const file = exportRun(record());
const wrapped = (value: unknown) => importRun(seal(SEAL_KIND.runFile, pack(value)));

describe('a run file', () => {
  it('comes back as it was; the same run gives the same bytes', () => {
    expect(importRun(file)).toStrictEqual({ ok: true, record: record() });
    expect(exportRun(record())).toStrictEqual(file);
  });

  it('is read from the middle of a larger buffer', () => {
    const larger = new Uint8Array(file.length + 10);
    larger.set(file, 5);
    expect(importRun(larger.subarray(5, 5 + file.length)).ok).toBe(true);
  });

  it('is not made of what is not plain data', () => {
    expect(() => exportRun(record({ payload: { step: () => 1 } }))).toThrow('payload.step');
  });
});

describe('import says what is wrong', () => {
  const text = (words: string) => new TextEncoder().encode(words);
  const changed = (at: number, byte: number) => Uint8Array.from(file, (old, i) => (i === at ? byte : old));

  it.each([
    ['nothing', new Uint8Array(), '', 'nothing'],
    ['a scenario instead', text('{"format": "testnet-scenario/1"}'), 'byte 0', 'another kind of file'],
    [
      'line endings changed',
      Uint8Array.of(...file.subarray(0, 4), ...file.subarray(5)),
      'byte 0',
      'a header that was cut off or sent as text',
    ],
    ['half a header', file.subarray(0, 20), '', '20 bytes'],
    ['half a file', file.subarray(0, 100), 'byte 12', `${100 - SEAL_BYTES} bytes of content`],
    ['a changed byte', changed(60, 0xee), 'byte 16', 'content that does not match its checksum'],
    ['a changed version', changed(9, 9), 'byte 16', 'content that does not match its checksum'],
    ['a newer release', seal(SEAL_KIND.runFile, pack(record()), 2), 'byte 9', 'version 2'],
    ['a stored snapshot', seal(SEAL_KIND.snapshot, pack(record())), 'byte 8', 'content of kind 1'],
    ['content that is no packed value', seal(SEAL_KIND.runFile, Uint8Array.of(0xff)), 'byte 0', 'tag 255'],
  ])('%s', (_, bytes, path, found) => {
    expect(importRun(bytes)).toMatchObject({ ok: false, problems: [{ path, found }] });
  });

  it('every field that is wrong, with its path', () => {
    const { payload: _payload, ...incomplete } = record();
    expect(wrapped({ ...record(), atMicros: -1, height: 'nine', runId: '' })).toMatchObject({
      ok: false,
      problems: [
        { path: 'runId', found: '""' },
        { path: 'atMicros', found: '-1' },
        { path: 'height', found: '"nine"' },
      ],
    });
    expect(wrapped({ ...record(), extra: 1 })).toMatchObject({
      ok: false,
      problems: [{ path: '', found: 'unknown fields extra' }],
    });
    expect(wrapped(incomplete)).toMatchObject({ ok: false, problems: [{ path: 'payload' }] });
    expect(wrapped([1, 2])).toMatchObject({ ok: false, problems: [{ path: '', found: 'a list' }] });
    expect(wrapped(new Map())).toMatchObject({ ok: false });
  });
});

describe('300 mutated files', () => {
  const mutate = (
    bytes: Uint8Array,
    edits: readonly (readonly [number, number, 'set' | 'cut' | 'insert'])[],
  ): Uint8Array => {
    let mutated = [...bytes];
    for (const [position, byte, edit] of edits) {
      const at = position % Math.max(1, mutated.length);
      if (edit === 'set') mutated[at] = byte;
      else if (edit === 'insert') mutated.splice(at, 0, byte);
      else mutated = mutated.slice(0, at);
    }
    return Uint8Array.from(mutated);
  };
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'set', 'set', 'cut', 'insert')), {
    minLength: 1,
    maxLength: 8,
  });

  it('are refused with a problem, unless nothing changed', () => {
    let refused = 0;
    fc.assert(
      fc.property(edits, (changes) => {
        const mutated = mutate(file, changes);
        const result = importRun(mutated);
        const same = mutated.length === file.length && mutated.every((byte, i) => byte === file[i]);
        expect(result.ok).toBe(same);
        if (!result.ok) {
          refused++;
          for (const problem of result.problems)
            expect(problem.found.length * problem.expected.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(280);
  });

  it('with a checksum made to fit give a record or problems, never an exception, at once', () => {
    const content = file.subarray(SEAL_BYTES);
    let refused = 0;
    const started = performance.now();
    fc.assert(
      fc.property(edits, (changes) => {
        const result = importRun(seal(SEAL_KIND.runFile, mutate(content, changes)));
        if (result.ok) exportRun(result.record);
        else refused++;
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(100);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
