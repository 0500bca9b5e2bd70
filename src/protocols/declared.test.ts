/** Every protocol declares itself in the same way: one suite over all of them. */
import { describe, expect, it } from 'vitest';
import { TestNetwork } from './common/testing/network.ts';
import { PROTOCOLS } from './registry.ts';

interface Property {
  readonly default?: unknown;
  readonly description?: string;
}

describe.each([...PROTOCOLS])('%s', (_, protocol) => {
  const { configSchema, declaration, parseConfig, parseMessage, validator } = protocol;
  const properties = Object.entries(configSchema['properties'] as Record<string, Property>);

  it('describes every option and gives its default, which is what it takes where nothing is said', () => {
    expect(properties.length).toBeGreaterThan(3);
    for (const [key, { description = '' }] of properties) expect(description.length, key).toBeGreaterThan(10);
    const defaults = Object.fromEntries(properties.map(([key, property]) => [key, property.default]));
    // Large enough for every default: Avalanche refuses to ask more validators than there are.
    expect('config' in parseConfig(defaults, 16)).toBe(true);
    expect(parseConfig(defaults, 16)).toEqual(parseConfig({}, 16));
  });

  it('refuses options that there are not, those of a prototype too, and says where', () => {
    for (const raw of [{ surprise: 1 }, JSON.parse('{"__proto__": 1}'), { constructor: 1 }, { toString: 1 }]) {
      const parsed = parseConfig(raw, 4);
      expect('problems' in parsed && parsed.problems.map(({ path }) => path)).toEqual(Object.keys(raw));
    }
  });

  it('refuses any other kind of value for an option, and never throws', () => {
    for (const [key] of properties) {
      for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 'nonsense', { nonsense: 1 }, [{}]]) {
        const parsed = parseConfig({ [key]: wrong }, 4);
        const paths = 'problems' in parsed ? parsed.problems.map(({ path }) => path) : [];
        expect(
          paths.some((path) => path.startsWith(key)),
          `${key} = ${String(wrong)}`,
        ).toBe(true);
      }
    }
  });

  it('observes a value for every declared field, the six common ones first, and the inspector says the same', () => {
    const { fields } = declaration;
    const common = ['role', 'epoch', 'height', 'phase', 'lockEpoch', 'mempool'];
    expect(fields.slice(0, 6).map(({ name }) => name)).toEqual(common);
    const network = new TestNetwork(protocol, { n: 4 }).start();
    network.submit(0, 5);
    network.run(2_500_000);
    const state = network.state(3);
    const out = new Int32Array(fields.length + 1).fill(-99);
    validator.observe(state, out);
    expect([...out].indexOf(-99)).toBe(fields.length);
    const known = validator.inspect(state);
    const value = (name: string) => out[fields.findIndex((field) => field.name === name)] ?? -99;
    expect([value('height'), value('epoch'), value('mempool')]).toEqual([known.height, known.epoch, known.mempoolSize]);
    for (const { name, kind, values } of fields) {
      if (kind === 'enum' && value(name) !== -1) expect(values?.[value(name)], name).toBeTypeOf('string');
    }
    expect(JSON.parse(JSON.stringify(known))).toEqual(known);
    expect(structuredClone(state)).toEqual(state);
  });

  it('says of every message of a run where in its declaration it stands, and takes it off the wire as it is', () => {
    const network = new TestNetwork(protocol, { n: 4 }).start();
    network.submit(0, 5);
    network.run(2_500_000);
    const said = [...network.sent, ...network.relayed].map(({ message }) => message);
    expect(said.length).toBeGreaterThan(10);
    for (const message of said) {
      expect(declaration.messages[protocol.meta(message).type]?.type).toBe(message.type);
      expect(parseMessage(message)).toBe(message);
      expect(parseMessage({ ...message, surprise: 1 })).toBeNull();
    }
  });
});
