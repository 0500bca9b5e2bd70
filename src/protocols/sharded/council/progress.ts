/** What a shard does as soon as it can: propose, vote, confirm, decide. */
import { carryOut, isRight, isVoid, takeEffect } from './effects.ts';
import { type Change, changeDigest, changeText } from './messages.ts';
import { NOTE } from './notes.ts';
import { keep, leaderOf, open, quorumOf, type Turn } from './rounds.ts';
import { claimsNeeded, countOf, isBacked, mayVote } from './rules.ts';
import { type Council, record } from './state.ts';

/** Does whatever can be done now: propose, vote, confirm, decide. */
export function progress(turn: Turn): void {
  if (turn.council.isOpen) {
    propose(turn);
    vote(turn);
    confirm(turn);
  }
  decide(turn);
}

function propose(turn: Turn): void {
  const { council, state, now, out, ctx } = turn;
  const { round, epoch, valid } = council;
  if (council.proposals.has(round) || leaderOf(council, round, state.shardCount) !== state.self) return;
  const wanted = [...council.wishes.values()].find(({ change }) => isRight(state, council, change, now, ctx));
  const change = valid?.change ?? wanted?.change;
  if (change === undefined) return;
  const validRound = valid?.round ?? -1;
  council.proposals.set(round, { change, digest: changeDigest(epoch, change), validRound });
  out.note(valid === null ? NOTE.proposes : NOTE.proposesAgain);
  out.mark?.('commit2pc', 0, `council epoch ${epoch}, round ${round}: proposes ${changeText(change)}`);
  out.broadcast({ type: 'council-proposal', epoch, round, change, validRound });
}

/** The first vote. Ref: lines 22–33; here whoever disagrees is silent instead of voting for nothing. */
function vote(turn: Turn): void {
  const { council, state, now, out, ctx } = turn;
  const { round, epoch, votes } = council;
  const proposal = council.proposals.get(round);
  if (proposal === undefined || votes.get(round)?.has(state.self) === true) return;
  const { change, digest } = proposal;
  const isFresh = council.wishes.has(changeText(change));
  const mine = isFresh && isRight(state, council, change, now, ctx);
  if (!mayVote(council, proposal, quorumOf(turn), mine)) {
    if (!mine && council.disagreedRound !== round) out.note(NOTE.disagrees);
    council.disagreedRound = round;
    return;
  }
  record(votes, round, state.self, digest);
  keep(turn, { kind: 'council-voted', epoch, round, change });
  out.note(NOTE.votes);
  out.broadcast({ type: 'council-vote', epoch, round, digest });
}

/** The second vote, and the lock. Ref: lines 36–43. */
function confirm(turn: Turn): void {
  const { council, state, out } = turn;
  const { round, epoch, confirms } = council;
  for (const [of, { change, digest }] of council.proposals) {
    if (of <= round && of > (council.valid?.round ?? -1) && isBacked(council.votes, of, digest, quorumOf(turn)))
      council.valid = { round: of, change, digest };
  }
  const { valid } = council;
  if (valid?.round !== round || confirms.get(round)?.has(state.self) === true) return;
  record(confirms, round, state.self, valid.digest);
  council.locked = valid;
  keep(turn, { kind: 'council-locked', epoch, round, change: valid.change });
  out.note(NOTE.locks);
  const count = `${countOf(council.votes, round, valid.digest)} of ${state.shardCount} votes`;
  out.mark?.('commit2pc', 0, `council epoch ${epoch}, round ${round}: confirms with ${count}`);
  out.broadcast({ type: 'council-confirm', epoch, round, digest: valid.digest });
}

/** Ref: lines 49–54; or what others say was decided. */
function decide(turn: Turn): void {
  const { council, state, out } = turn;
  const quorum = quorumOf(turn);
  for (const [round, { change, digest }] of council.proposals)
    if (isBacked(council.confirms, round, digest, quorum)) {
      out.note(NOTE.decides);
      return conclude(turn, change, `${countOf(council.confirms, round, digest)} of ${state.shardCount} votes`);
    }
  const told = new Map<string, number>();
  for (const change of council.claims.values()) {
    const text = changeText(change);
    const count = (told.get(text) ?? 0) + 1;
    told.set(text, count);
    if (count < claimsNeeded(state.shardCount)) continue;
    out.note(NOTE.believes);
    return conclude(turn, change, `told by ${count} shards`);
  }
}

/** The epoch is over: from here on every message about it is refused. */
function conclude(turn: Turn, change: Change, how: string): void {
  const { council, state, out, ctx } = turn;
  const { epoch } = council;
  keep(turn, { kind: 'council-decided', epoch, change });
  out.mark?.('commit2pc', 0, `council epoch ${epoch}: decided (${how}): ${changeText(change)}`);
  out.broadcast({ type: 'council-decided', epoch, change });
  close(council, change);
  out.cancelTimer({ kind: 'council-round' });
  out.cancelTimer({ kind: 'council-tick' });
  carryOut(state, out, ctx);
  if (council.wishes.size > 0) open(turn);
}

/** The next epoch begins: with the change in force, and with what is still wanted. */
export function close(council: Council, change: Change): void {
  council.log.push(change);
  takeEffect(council, change);
  council.epoch++;
  council.round = 0;
  council.disagreedRound = -1;
  council.isOpen = false;
  council.locked = null;
  council.valid = null;
  for (const map of [council.proposals, council.votes, council.confirms, council.heardRounds, council.claims])
    map.clear();
  council.gaveUp.clear();
  const text = changeText(change);
  for (const [key, other] of [...council.wishes])
    if (key === text || isVoid(council, other.change)) council.wishes.delete(key);
}
