/** What a shard knows of its council, for the inspector and `testnet.node(id)`. */
import { msFromMicros } from '../../../core/time.ts';
import { changeText } from './messages.ts';
import { leaderOf } from './rounds.ts';
import { councilQuorum, countOf } from './rules.ts';
import { type Backed, type Council, leadersOf } from './state.ts';

/** Decisions that are listed, newest last. */
const LISTED = 16;

/** Where `COUNCIL_FIELDS` begin among the fields of the protocol. */
const FIRST_FIELD = 24;

/** Writes `COUNCIL_FIELDS`, −1 for all of them without a council. `shardSize`: validators of a shard. */
export function observeCouncil(council: Council | null, shard: number, shardSize: number, out: Int32Array): void {
  const last = council === null ? -1 : lastOut(council);
  out[FIRST_FIELD] = council?.epoch ?? -1;
  out[FIRST_FIELD + 1] = council === null ? -1 : council.down.includes(shard) ? 1 : 0;
  out[FIRST_FIELD + 2] = council?.down.length ?? -1;
  out[FIRST_FIELD + 3] = last < 0 ? -1 : last * shardSize;
}

/** −1: none is out. */
function lastOut({ down, log }: Pick<Council, 'down' | 'log'>): number {
  if (down.length < 2) return down[0] ?? -1;
  const marked = log.findLast((change) => change.kind === 'down' && down.includes(change.shard));
  return marked?.kind === 'down' ? marked.shard : -1;
}

export function inspectCouncil(council: Council, shardCount: number): Readonly<Record<string, unknown>> {
  const { epoch, round, isOpen, wishes, proposals, votes, confirms, locked, valid, log, down } = council;
  const proposal = proposals.get(round);
  const needed = councilQuorum(shardCount, null);
  const count = (tally: typeof votes): string =>
    proposal === undefined ? 'none' : `${countOf(tally, round, proposal.digest)} of ${shardCount}, ${needed} needed`;
  const inRound = (backed: Backed | null): unknown =>
    backed === null ? null : { round: backed.round, change: changeText(backed.change) };
  return {
    epoch,
    deciding: isOpen,
    round,
    leader: `s${leaderOf(council, round, shardCount)}`,
    leaders: leadersOf(council, shardCount).map((shard) => `s${shard}`),
    proposed: proposal === undefined ? null : changeText(proposal.change),
    votes: count(votes),
    confirmations: count(confirms),
    locked: inRound(locked),
    valid: inRound(valid),
    wanted: [...wishes].map(([change, { since, isOwn }]) => ({ change, sinceMs: msFromMicros(since), isOwn })),
    failed: [...council.lapsed].map(([change, at]) => ({
      change,
      atMs: msFromMicros(at),
      saidBy: (council.gaveUp.get(change) ?? []).map((shard) => `s${shard}`),
    })),
    down: down.map((shard) => `s${shard}`),
    parameters: council.parameters,
    decided: log.slice(-LISTED).map((change, i, list) => ({
      epoch: log.length - list.length + i + 1,
      change: changeText(change),
    })),
  };
}
