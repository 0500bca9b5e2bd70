/**
 * The rules of atomic commit, alone on a page to hold against the proofs (Bernstein, Hadzilacos, Goodman, *Concurrency
 * Control and Recovery in Database Systems*, ch. 7; Keidar, Dolev, *Increasing the Resilience of Atomic Commit*, 1998):
 *
 * - a participant votes YES only with its locks held and its part sure to succeed (`mayPromise`);
 * - COMMIT needs a YES of every participant (`isUnanimous`);
 * - in three phases an outcome stands once a majority of all shards wrote it down in one ballot (`isMajority`); who tries
 *   again proposes what the highest ballot wrote, and is free to abort only where a majority wrote nothing (`outcomeFor`);
 * - a younger transaction waits for an older one and makes room for it, or all take their locks in one order: no cycle of
 *   waits lasts (`sharding/locks`).
 *
 * Mutants weaken a rule where it stands.
 */
import { majority } from '../../core/quorum.ts';
import type { Accepted, Outcome } from './messages.ts';
import type { Transaction } from './placement.ts';
import type { Coordination, Ctx } from './state.ts';

/** Two or three phases: three ask all shards to be witnesses, and a transaction of one shard needs neither. */
export function commitMode(transaction: Pick<Transaction, 'shards'>, ctx: Ctx): '2pc' | '3pc' {
  if (ctx.mutant === '2pc-blocking' || transaction.shards.length === 1) return '2pc';
  return ctx.shards?.commit ?? '2pc';
}

/** No account may fall below nothing. Ref: AC2, a YES is a promise. */
export function mayPromise(
  changes: readonly (readonly [number, number])[],
  balance: (account: number) => number,
): boolean {
  return changes.every(([account, change]) => balance(account) + change >= 0);
}

/** Ref: AC3. */
export function isUnanimous({ children, yes }: Coordination): boolean {
  return children.every((shard) => yes.includes(shard));
}

export function isMajority(count: number, shardCount: number): boolean {
  return count >= majority(shardCount);
}

/** Ref: Keidar & Dolev §4; as in the synod, P2c. */
export function outcomeFor(best: Accepted | null): Outcome {
  return best?.outcome ?? 'abort';
}

export function higher(a: Accepted | null, b: Accepted | null): Accepted | null {
  if (a === null || b === null) return a ?? b;
  return b.ballot > a.ballot ? b : a;
}

/** The lowest ballot of this shard above all it has seen. Ballot 0 is every coordinator's own. */
export function nextBallot(self: number, seen: number, shardCount: number): number {
  return (Math.floor(seen / shardCount) + 1) * shardCount + self;
}
