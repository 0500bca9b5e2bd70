/** What is offered while somebody writes a formula. */
import { describe, expect, it } from 'vitest';
import { required } from '../../../core/assert.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { completionsAt } from './completion.ts';

const { declaration } = required(PROTOCOLS.get('svbft'), 'svbft');
const setting = { declaration, validatorCount: 4, clientCount: 1 };
const offered = (text: string): string[] => completionsAt(text, text.length, setting).map((one) => one.text);

describe('completion', () => {
  it.each([
    ['G (cra', ['crash', 'crashed']],
    ['G (sent(pro', ['proposal']],
    ['F sent(view', ['view-change']],
    ['F decided(v', ['v0', 'v1', 'v2', 'v3']],
    ['F sent(commit, v', ['v0', 'v1', 'v2', 'v3']],
    ['pha', ['phase(']],
    ['', []],
    ['G (', []],
    ['F decide', []],
    ['G (crash', []],
  ])('%j', (text, expected) => {
    expect(offered(text)).toEqual(expect.arrayContaining(expected));
    if (expected.length === 0) expect(offered(text)).toEqual([]);
  });

  it('replaces what has been written of the word', () => {
    const [first] = completionsAt('G (hei -> F x)', 6, setting);
    expect(first).toMatchObject({ text: 'height', from: 3 });
  });
});
