/** Position of a node in the testnet: validators first (0 … n−1), then clients (n … n+c−1). */
export type NodeIndex = number;

/** Trace records of the world around the nodes (faults, partitions) belong to this node. */
export const ENVIRONMENT: NodeIndex = 0xffff;

/** What the names of nodes depend on. */
export interface Naming {
  readonly validatorCount: number;
  /** Validators of one shard; null or absent: the testnet is one. */
  readonly validatorsPerShard?: number | null;
}

/** `v0`, … for validators, between shards `s0v0`, … by shard and place; `c0`, … for clients, `world` for the environment. */
export function nodeName(index: NodeIndex, { validatorCount, validatorsPerShard }: Naming): string {
  if (index === ENVIRONMENT) return 'world';
  if (index >= validatorCount) return `c${index - validatorCount}`;
  if (validatorsPerShard == null) return `v${index}`;
  return `s${Math.floor(index / validatorsPerShard)}v${index % validatorsPerShard}`;
}

/** What a name of a node looks like, as a part of a larger pattern. */
export const NODE_NAME_PATTERN = String.raw`(?:[vc]|s\d{1,5}v)\d{1,5}`;

/**
 * The index behind a name, or null when no such node exists. In a sharded testnet `v5` is understood as well as `s1v1`: the node
 * of that index.
 */
export function nodeIndexOf(name: string, names: Naming & { readonly clientCount: number }): NodeIndex | null {
  const { validatorCount, clientCount, validatorsPerShard } = names;
  const match = /^(?:(v|c)|s(0|[1-9]\d{0,4})v)(0|[1-9]\d{0,4})$/.exec(name);
  if (match === null) return null;
  const position = Number(match[3]);
  if (match[1] === 'c') return position < clientCount ? validatorCount + position : null;
  if (match[1] === 'v') return position < validatorCount ? position : null;
  if (validatorsPerShard == null || position >= validatorsPerShard) return null;
  const index = Number(match[2]) * validatorsPerShard + position;
  return index < validatorCount ? index : null;
}
