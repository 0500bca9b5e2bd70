/** Reads that see every write before them, without a log entry: the read index. Ref: §8; thesis §6.4. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Read } from './messages.ts';
import { NOTE } from './notes.ts';
import { beat } from './replication.ts';
import { type Ctx, quorumValue } from './rules.ts';
import type { Leading, Out, PendingRead, State } from './state.ts';

const READS_MAX = 1024;

/**
 * The leader first makes sure that it still leads: a majority must answer a heartbeat sent after the read came. What is
 * executed then includes all that was committed when the read came, and nobody else can have committed more.
 */
export function onRead(state: State, from: NodeIndex, { id, account }: Read, out: Out, ctx: Ctx): void {
  const { leading } = state;
  if (leading === null) {
    out.send(from, { type: 'redirect', id, leader: state.leader });
    return;
  }
  if (ctx.mutant === 'raft-stale-read') return answer(state, { from, id, account, round: 0 }, out);
  if (leading.reads.length >= READS_MAX) return out.note(NOTE.readsFull);
  leading.reads.push({ from, id, account, round: leading.round + 1 });
  // One confirmation at a time: reads that come meanwhile share the next one.
  if (leading.confirmedRound !== leading.round) return;
  beat(state, leading, out, ctx);
  confirmReads(state, leading, out, ctx);
}

/** Answers the reads that a majority's answers cover, and asks for the next confirmation if some are left. */
export function confirmReads(state: State, leading: Leading, out: Out, ctx: Ctx): void {
  const confirmed = quorumValue(state.configuration, (node) => leading.progress[node]?.round ?? 0, ctx.mutant);
  if (confirmed > leading.confirmedRound) leading.confirmedRound = confirmed;
  // Until an entry of its own term is committed, a leader does not know what is. Ref: thesis §6.4, step 1.
  if (leading.reads.length === 0 || state.applied < leading.firstIndex) return;
  const isReady = ({ round }: PendingRead): boolean => round <= leading.confirmedRound;
  const ready = leading.reads.filter(isReady);
  if (ready.length === 0) return;
  leading.reads = leading.reads.filter((read) => !isReady(read));
  for (const read of ready) answer(state, read, out);
  if (leading.reads.length > 0) beat(state, leading, out, ctx);
}

function answer(state: State, { from, id, account }: PendingRead, out: Out): void {
  const balance = state.ledger.balances[account] ?? 0;
  out.send(from, { type: 'read-reply', client: from, id, account, index: state.applied, balance });
}
