/** Position of a node in the testnet: validators first (0 … n−1), then clients (n … n+c−1). */
export type NodeIndex = number;

/** Trace records of the world around the nodes (faults, partitions) belong to this node. */
export const ENVIRONMENT: NodeIndex = 0xffff;

/** `v0`, `v1`, … for validators, then `c0`, … for clients, `world` for the environment. */
export function nodeName(index: NodeIndex, validatorCount: number): string {
  if (index === ENVIRONMENT) return 'world';
  return index < validatorCount ? `v${index}` : `c${index - validatorCount}`;
}

/**
 * The index behind a name, or null when no such node exists. With `validatorsPerShard` validators may also be named by shard and
 * place: `s2v0`.
 */
export function nodeIndexOf(
  name: string,
  validatorCount: number,
  clientCount: number,
  validatorsPerShard: number | null = null,
): NodeIndex | null {
  const placed = validatorsPerShard === null ? null : /^s(0|[1-9]\d{0,3})v(0|[1-9]\d{0,3})$/.exec(name);
  if (placed !== null && validatorsPerShard !== null) {
    const [shard, place] = [Number(placed[1]), Number(placed[2])];
    const index = shard * validatorsPerShard + place;
    return place < validatorsPerShard && index < validatorCount ? index : null;
  }
  const match = /^([vc])(0|[1-9]\d{0,4})$/.exec(name);
  if (match === null) return null;
  const position = Number(match[2]);
  if (match[1] === 'v') return position < validatorCount ? position : null;
  return position < clientCount ? validatorCount + position : null;
}
