/** Learners: what is chosen is executed in order; whoever missed some asks. Ref: Paxos Made Simple, §2.3. */
import type { NodeIndex } from '../../core/ids.ts';
import { applyBlock, blockHash } from '../../ledger/block.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import type { Block } from '../../ledger/types.ts';
import { forgetOld } from '../common/chain/forget.ts';
import { firstKept, keptFrom } from '../common/chain/kept.ts';
import { isStateAfter, type Snapshot, snapshotOf, standOn } from '../common/chain/snapshot.ts';
import type { Learn, LearnRequest } from './messages.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import type { Durable, Out, State } from './state.ts';

/** The next instance's value is chosen. */
export function choose(state: State, block: Block, out: Out, ctx: Ctx): void {
  out.persist({ kind: 'chosen', block });
  execute(state, block, ctx);
  forgetOld(state, ctx.config.blocksKept, out, said(state));
  const { height: slot, epoch } = block;
  out.decide({ slot, epoch, digest: state.tip, value: block, certificate: { ballot: state.seen } });
}

/** What an acceptor must not forget: its promise, and what it accepted where nothing is known to be chosen. Ref: §2.5. */
function said({ promised, accepted }: State): Durable[] {
  const acceptances = [...accepted.values()].map((item): Durable => ({ kind: 'accepted', accepted: item }));
  return [{ kind: 'promised', ballot: promised }, ...acceptances];
}

/**
 * Takes over the state of a learner that has forgotten how it came to it: the instances between are decided by it, not one by one.
 * Ref: Chandra, Griesemer & Redstone, "Paxos Made Live", PODC 2007, §5.5 (snapshots, catch-up).
 */
function jump(state: State, snapshot: Snapshot<Block>, out: Out, ctx: Ctx): void {
  const { entry: block, ledger } = snapshot;
  if (block.height <= state.decided) return out.note(NOTE.oldSnapshot);
  if (block.height === state.decided + 1) return choose(state, block, out, ctx);
  if (!isStateAfter(block, ledger, state.ledger)) return out.note(NOTE.wrongState);
  out.persist({ kind: 'snapshot', snapshot });
  install(state, snapshot, ctx);
  const { height: slot, epoch } = block;
  const certificate = { ballot: state.seen };
  out.decide({ slot, epoch, digest: state.tip, value: block, certificate, isSnapshot: true });
  out.note(NOTE.jumped);
}

/** Stands where the snapshot stands. */
export function install(state: State, snapshot: Snapshot<Block>, ctx: Ctx): void {
  standOn(state, snapshot, snapshot.entry, ctx.validatorCount);
  for (const instance of state.accepted.keys()) if (instance <= state.decided) state.accepted.delete(instance);
}

export function execute(state: State, block: Block, ctx: Ctx): void {
  applyBlock(state.ledger, state.pool, block, ctx.validatorCount);
  state.chain.push(block);
  state.decided = block.height;
  state.tip = blockHash(block);
  state.waiting = sizeOf(state.pool).batches;
  state.accepted.delete(block.height);
}

/** Takes over chosen values, those that follow ours. */
export function learn(state: State, chosen: readonly Block[], out: Out, ctx: Ctx): void {
  for (const block of chosen) if (block.height === state.decided + 1) choose(state, block, out, ctx);
}

/** The proposer of `ballot` knows so many to be chosen: those it had accepted here in that ballot are known now here too. */
export function learnUpTo(state: State, known: number, ballot: number, from: NodeIndex, out: Out, ctx: Ctx): void {
  while (state.decided < known) {
    const accepted = state.accepted.get(state.decided + 1);
    if (accepted?.ballot !== ballot) break;
    choose(state, accepted.block, out, ctx);
  }
  if (state.decided < known) out.send(from, { type: 'learn-request', instance: state.decided + 1 });
}

/** Chosen values from an instance on, as many as one message may hold; none where they are forgotten. */
export function chosenFrom(state: State, instance: number, ctx: Ctx): readonly Block[] {
  return keptFrom(state, instance, ctx.config.learnBlocks) ?? [];
}

export function onLearnRequest(state: State, from: NodeIndex, { instance }: LearnRequest, out: Out, ctx: Ctx): void {
  const snapshot = instance < firstKept(state) ? snapshotOf(state) : null;
  if (snapshot !== null) return void out.send(from, { type: 'learn', chosen: [], snapshot });
  const chosen = chosenFrom(state, instance, ctx);
  if (chosen.length > 0) out.send(from, { type: 'learn', chosen });
}

export function onLearn(state: State, message: Learn, out: Out, ctx: Ctx): void {
  if (message.snapshot !== undefined) jump(state, message.snapshot, out, ctx);
  learn(state, message.chosen, out, ctx);
}
