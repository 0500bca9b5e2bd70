/** What the matchers judge, as plain functions over the contract's data. */
import type { CheckResult, TestnetState } from '../src/session/api.ts';

/** Two correct nodes that decided differently, in one sentence each; empty when all agree. */
export function disagreements(state: TestnetState): string[] {
  const found: string[] = [];
  const first = new Map<number, { readonly node: string; readonly hash: string }>();
  for (const node of correctNodes(state)) {
    for (const { height, hash } of state.decided[node] ?? []) {
      const earlier = first.get(height);
      if (earlier === undefined) first.set(height, { node, hash });
      else if (earlier.hash !== hash) {
        found.push(`height ${height}: ${earlier.node} decided ${earlier.hash}, ${node} decided ${hash}`);
      }
    }
  }
  return found;
}

/** The greatest height that every live correct validator has decided; 0 when one of them decided nothing. */
export function commonHeight(state: TestnetState): number {
  const live = state.nodes.filter(({ kind, alive, byzantine }) => kind === 'validator' && alive && !byzantine);
  if (live.length === 0) return 0;
  return Math.min(...live.map(({ id }) => Math.max(0, ...(state.decided[id] ?? []).map(({ height }) => height))));
}

/** What the testnet's own checkers found violated, in one sentence each. */
export function violations(checks: readonly CheckResult[]): string[] {
  return checks
    .filter(({ verdict }) => verdict === 'violated')
    .map(({ name, atMs, detail }) => `${name} violated at ${atMs ?? '?'} ms: ${detail}`);
}

function correctNodes(state: TestnetState): string[] {
  const traitors = new Set(state.nodes.filter(({ byzantine }) => byzantine).map(({ id }) => id));
  return Object.keys(state.decided).filter((node) => !traitors.has(node));
}
