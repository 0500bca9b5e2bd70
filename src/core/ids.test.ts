import { describe, expect, it } from 'vitest';
import { ENVIRONMENT, NODE_NAME_PATTERN, nodeIndexOf, nodeName } from './ids.ts';

const ONE = { validatorCount: 12, clientCount: 2 };
const SHARDED = { ...ONE, validatorsPerShard: 4 };

describe('names of nodes', () => {
  it('are by index in one testnet, by shard and place in a sharded one', () => {
    const all = (naming: typeof ONE): string[] => [0, 5, 11, 12, 13].map((node) => nodeName(node, naming));
    expect(all(ONE)).toEqual(['v0', 'v5', 'v11', 'c0', 'c1']);
    expect(all(SHARDED)).toEqual(['s0v0', 's1v1', 's2v3', 'c0', 'c1']);
    expect(nodeName(5, { ...ONE, validatorsPerShard: 1 })).toBe('s5v0');
    expect(nodeName(ENVIRONMENT, SHARDED)).toBe('world');
  });

  it('lead back to the node, in a sharded testnet also by index', () => {
    const whole = new RegExp(`^${NODE_NAME_PATTERN}$`);
    for (const naming of [ONE, SHARDED]) {
      for (let node = 0; node < 14; node++) {
        const name = nodeName(node, naming);
        expect(nodeIndexOf(name, naming)).toBe(node);
        expect(name).toMatch(whole);
      }
    }
    expect(nodeIndexOf('v5', SHARDED)).toBe(5);
  });

  it.each(['s3v0', 's0v4', 's00v0', 's0v01', 'v12', 'c2', 'v', 's0', 's0c0', ' v0', 'v0 ', 'world', ''])(
    'none is called %j',
    (name) => expect(nodeIndexOf(name, SHARDED)).toBeNull(),
  );

  it('by shard and place mean nothing where there are no shards', () => {
    expect(nodeIndexOf('s0v0', ONE)).toBeNull();
  });
});
