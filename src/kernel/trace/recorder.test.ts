import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../crypto/hash.ts';
import { OUTCOME } from '../network/index.ts';
import { Recorder } from './recorder.ts';

const RECEIVERS = 40;
/** So many broadcasts fill several blocks. */
const BROADCASTS = 60;
const START = 2 ** 32 - 700;

const arrivals = (t: number): Float64Array => Float64Array.from({ length: RECEIVERS }, (_, to) => t + 100 + 13 * to);

describe('Recorder', () => {
  it.each([
    ['a validator, words kept', 7, true, 4],
    ['a validator among many', 7, false, 40],
    ['a client', 90, true, 40],
  ])('writes a broadcast as one copy after the other: %s', (_, node, keepWords, validatorCount) => {
    const one = new Recorder(node, hashBytes, keepWords, validatorCount);
    const other = new Recorder(node, hashBytes, keepWords);
    for (let sequence = 0; sequence < BROADCASTS; sequence++) {
      const t = START + 20 * sequence;
      one.note(t, `note ${sequence % 3}`);
      other.note(t, `note ${sequence % 3}`);
      one.broadcast(t, sequence, arrivals(t), RECEIVERS);
      for (const [to, at] of arrivals(t).entries()) {
        if (to !== node) other.copy(t, to, sequence, OUTCOME.delivered, at);
      }
    }
    expect(one.count).toBe(BROADCASTS * (node < RECEIVERS ? RECEIVERS : RECEIVERS + 1));
    expect(one.count).toBe(other.count);
    expect(one.digest()).toEqual(other.digest());
    expect(one.takeSegment()).toEqual(other.takeSegment());
    expect(one.snapshot()).toEqual(other.snapshot());
  });
});
