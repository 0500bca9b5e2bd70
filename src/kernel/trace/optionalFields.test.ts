/** Fields that only some runs have: records end before them, readers know what is not there. */
import { describe, expect, it } from 'vitest';
import { sharded } from '../../protocols/sharded/index.ts';
import { readState } from './decoder.ts';
import { Recorder } from './recorder.ts';
import { checkStream, commonFieldCount } from './streamCheck.ts';

const { declaration } = sharded;
const { fields } = declaration;
const common = commonFieldCount(fields);

/** One state record with so many fields, each its position. */
function record(count: number): Uint32Array {
  const recorder = new Recorder(0, () => new Uint8Array(32), true);
  recorder.state(
    5,
    1,
    Int32Array.from({ length: 28 }, (_, i) => i % 2),
    count,
  );
  return recorder.takeSegment() ?? new Uint32Array(0);
}

describe('optional fields', () => {
  it('stand behind all that every run has', () => {
    expect(common).toBeLessThan(fields.length);
    expect(fields.slice(common).every(({ isOptional }) => isOptional === true)).toBe(true);
  });

  it('may be missing from a record, all others may not', () => {
    expect(checkStream(record(fields.length), fields)).toBeNull();
    expect(checkStream(record(common), fields)).toBeNull();
    expect(checkStream(record(common - 1), fields)).toMatch(/^a record of kind 6/);
    expect(checkStream(record(fields.length + 1), fields)).toMatch(/^a record of kind 6/);
  });

  it('are null where a record ends before them', () => {
    expect(readState(declaration, record(common), 0).fields).toMatchObject({ ordering: null, orderingFrom: null });
    expect(readState(declaration, record(fields.length), 0).fields['ordering']).not.toBeNull();
  });
});
