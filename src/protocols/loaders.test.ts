import { describe, expect, it } from 'vitest';
import { loadProtocol, PROTOCOL_TITLES } from './loaders.ts';
import { PROTOCOLS } from './registry.ts';

describe('protocols that are loaded one by one', () => {
  it('are those of the registry', () => {
    expect(PROTOCOL_TITLES.map(({ name }) => name)).toEqual([...PROTOCOLS.keys()]);
  });

  it.each(PROTOCOL_TITLES)('$name is the registered one, called "$title"', async ({ name, title }) => {
    const protocol = await loadProtocol(name);
    expect(protocol).toBe(PROTOCOLS.get(name));
    expect(protocol?.declaration.title).toBe(title);
  });

  it.each(['carousel', '', 'toString', '__proto__'])('%j is none', async (name) => {
    expect(await loadProtocol(name)).toBeNull();
  });
});
