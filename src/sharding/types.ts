/** Words that all parts of this layer share. */

/** Position of a shard, 0 … shardCount−1, shown as `s0`, `s1`, … */
export type ShardIndex = number;

/** Names a transaction for ever, in whatever form its protocol chose; compared by code units. */
export type TransactionId = string;

/** Order by code units: the same on every machine and in every language. */
export function compareText(a: string, b: string): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
