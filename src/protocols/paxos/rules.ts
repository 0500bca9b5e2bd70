/**
 * The rules of the synod, alone on a page to hold against the proof (*Paxos Made Simple*, §2.2):
 *
 * - an acceptor accepts ballot b iff it has not promised a higher one (P1a, `mayAccept`);
 * - a proposer that holds promises of a majority proposes the value of the highest ballot among them, and is free to choose
 *   only where none of them accepted anything (P2c, `valueFor`).
 *
 * Mutants weaken a rule where it stands.
 */
import { majority } from '../../core/quorum.ts';
import type { NodeContext } from '../protocol.ts';
import type { PaxosConfig } from './config.ts';
import type { Accepted, Message } from './messages.ts';

export type Ctx = NodeContext<PaxosConfig, Message>;

/** P1a. Ref: §2.2. */
export function mayAccept(promised: number, ballot: number): boolean {
  return ballot >= promised;
}

/** The accepted value of the highest ballot; null when a majority has accepted nothing: then any value may be proposed. P2c. */
export function valueFor(accepted: readonly Accepted[], mutant: string | null): Accepted | null {
  if (mutant === 'paxos-own-value') return null;
  let highest: Accepted | null = null;
  for (const item of accepted) if (highest === null || item.ballot > highest.ballot) highest = item;
  return highest;
}

export function isMajority(count: number, serverCount: number): boolean {
  return count >= majority(serverCount);
}

/** The lowest ballot of this server above all it has seen. Ref: §2.2 (distinct numbers). */
export function nextBallot(self: number, seen: number, serverCount: number): number {
  return (Math.floor(seen / serverCount) + 1) * serverCount + self;
}
