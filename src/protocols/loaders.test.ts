import { describe, expect, it } from 'vitest';
import { LOADERS, loadProtocol } from './loaders.ts';
import { PROTOCOLS } from './registry.ts';

describe('protocols that are loaded one by one', () => {
  it('are those of the registry', () => {
    expect(Object.keys(LOADERS)).toEqual([...PROTOCOLS.keys()]);
  });

  it.each([...PROTOCOLS])('%s is the registered one', async (name, protocol) => {
    expect(await loadProtocol(name)).toBe(protocol);
  });

  it.each(['carousel', '', 'toString', '__proto__'])('%j is none', async (name) => {
    expect(await loadProtocol(name)).toBeNull();
  });
});
