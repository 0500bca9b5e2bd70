/** The state after a crash, from what is on disk: enough never to contradict what was said before. */
import { blockHash } from '../../ledger/block.ts';
import { replayChain } from '../common/chain/decided.ts';
import { append, install } from './height.ts';
import { NIL } from './messages.ts';
import type { Ctx } from './rules.ts';
import { digestOf } from './signing.ts';
import { createState, type Durable, moveToRound, type Round, roundAt, type State } from './state.ts';
import { addVote } from './tally.ts';

/** Replays the records, oldest first. Votes of others and the mempool are gone; peers and clients send them again. */
export function recover(ctx: Ctx, records: readonly Durable[]): State {
  const state = createState(ctx);
  for (const record of records) replay(state, record, ctx);
  return state;
}

function replay(state: State, record: Durable, ctx: Ctx): void {
  switch (record.kind) {
    case 'decided':
    case 'snapshot':
    case 'kept':
      return replayChain(
        state,
        record,
        (entry) => append(state, entry),
        (snapshot) => install(state, snapshot, ctx),
      );
    case 'round':
      if (record.height !== state.height) return;
      for (const { message, proof } of record.left) {
        const tally = roundAt(state, message.round)?.precommits;
        const power = state.powers[proof.signer] as number;
        if (tally !== undefined) addVote(tally, proof, message.digest, power, true);
      }
      enter(state, record.round);
      return;
    case 'proposed': {
      const round = enterFor(state, record.signed.message);
      if (round === null) return;
      round.proposal = record.signed;
      round.digest = digestOf(record.signed.message);
      round.isValid = true;
      return;
    }
    case 'valid':
      return replayValid(state, record);
    case 'prevote': {
      const round = enterFor(state, record);
      if (round === null) return;
      round.prevoted = record.digest;
      state.step = 'prevote';
      return;
    }
    case 'precommit': {
      const round = enterFor(state, record);
      if (round === null) return;
      round.precommitted = record.digest;
      state.step = 'precommit';
      if (record.digest !== NIL) state.lock = { round: record.round, digest: record.digest };
      return;
    }
  }
}

/** The round of a record of the height in progress, entered; null for another height, or a round that was left. */
function enterFor(state: State, at: { readonly height: number; readonly round: number }): Round | null {
  if (at.height !== state.height || at.round < state.round) return null;
  return enter(state, at.round);
}

function enter(state: State, round: number): Round | null {
  if (round > state.round || state.step === 'new-round') return moveToRound(state, round);
  return roundAt(state, round);
}

/** The valid value with its proposal and polka, which line 28 and the helpers of others need. */
function replayValid(state: State, { signed, votes }: Extract<Durable, { kind: 'valid' }>): void {
  const { message } = signed;
  if (message.height !== state.height) return;
  const round = roundAt(state, message.round);
  if (round === null) return;
  const digest = blockHash(message.block);
  state.valid = { round: message.round, digest, signed, votes };
  round.proposal = signed;
  round.digest = digest;
  round.isValid = true;
  round.hasPolka = true;
  for (const proof of votes) addVote(round.prevotes, proof, digest, state.powers[proof.signer] as number, true);
}
