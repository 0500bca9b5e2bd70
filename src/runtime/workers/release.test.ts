import { describe, expect, it } from 'vitest';
import { release } from './release.ts';

describe('a buffer that is given back', () => {
  it('is empty afterwards, where the platform can do that', () => {
    const buffer = new ArrayBuffer(1024);
    release(buffer);
    expect(buffer.byteLength).toBe('transfer' in ArrayBuffer.prototype ? 0 : 1024);
  });

  it('is asked to give all of it back', () => {
    const asked: number[] = [];
    const buffer = new ArrayBuffer(1024);
    Object.assign(buffer, {
      transfer: (lengthBytes: number) => {
        asked.push(lengthBytes);
        return new ArrayBuffer(lengthBytes);
      },
    });
    release(buffer);
    expect(asked).toEqual([0]);
  });
});
