/** Issuing vertices: when, on which parents, with which batches. Ref: Avalanche (onGenerateTx); implementation. */
import type { Micros } from '../../core/time.ts';
import { pendingBatches } from '../../ledger/mempool.ts';
import type { SignedBatch } from '../../ledger/types.ts';
import { chooseParents, takeIn } from './dag.ts';
import type { Vertex } from './messages.ts';
import { batchKey } from './place.ts';
import { type Ctx, isSupported, numberOf, slotOf } from './rules.ts';
import { type Out, type State, setOf } from './state.ts';

/** Nodes that propose for an instance without waiting for each other, so that there is something to agree on. */
const RIVALS = 2;

/** Nodes take turns within the first period; from then on each keeps its own. */
export function firstIssueMicros({ config, self, validatorCount }: Ctx): Micros {
  return Math.floor((config.issueMicros * self) / validatorCount);
}

/** Arms the timer for the next vertex of this node. Without DAG: for the next instance, in the order of ranks. */
export function armIssue(state: State, out: Out, ctx: Ctx): void {
  const { issueMicros, mode } = ctx.config;
  const turns = mode === 'avalanche' ? 1 : 1 + Math.floor(rankOf(state) / RIVALS);
  out.setTimer({ kind: 'issue' }, turns * issueMicros);
}

/** Without DAG: the node's place in the queue of those that may propose for the next instance, from 0. */
function rankOf({ self, validatorCount, acceptedSlot }: State): number {
  const first = (RIVALS * (acceptedSlot + 1)) % validatorCount;
  return (self - first + validatorCount) % validatorCount;
}

export function onIssueTimer(state: State, out: Out, ctx: Ctx): void {
  if (ctx.config.mode !== 'avalanche') return proposeInstance(state, out, ctx);
  armIssue(state, out, ctx);
  extendDag(state, out, ctx);
}

/** Two rivals propose for every instance; the others only where nobody else does. */
function proposeInstance(state: State, out: Out, ctx: Ctx): void {
  const slot = state.acceptedSlot + 1;
  const isColoured = setOf(state, slot).preferred !== '';
  if (state.issuedSlot >= slot || (isColoured && rankOf(state) >= RIVALS)) return;
  issue(state, slot, [], chooseBatches(state, ctx), out, ctx);
}

/**
 * The next vertex, also when no batch waits: then it is one that only votes for what it builds on, without which the last
 * vertices would never be accepted. Mutant `avalanche-no-noops` leaves it out. Ref: implementation (no-op transactions).
 */
function extendDag(state: State, out: Out, ctx: Ctx): void {
  const n = state.validatorCount;
  const last = state.issuedSlot === 0 ? 0 : numberOf(state.issuedSlot, n);
  // Every other vertex dares to take sides where there are rivals.
  const parents = chooseParents(state, last % 2 === 1, ctx);
  const reached = parents.reduce((most, parent) => Math.max(most, numberOf(slotOfVertex(state, parent), n)), 1);
  const batches = chooseBatches(state, ctx);
  if (batches.length === 0 && ctx.mutant === 'avalanche-no-noops') return;
  // Who was away goes on where the others are.
  issue(state, slotOf(Math.max(last + 1, reached), state.self, n), parents, batches, out, ctx);
}

function issue(
  state: State,
  slot: number,
  parents: readonly string[],
  batches: readonly SignedBatch[],
  out: Out,
  ctx: Ctx,
): void {
  const vertex: Vertex = { type: 'vertex', issuer: state.self, slot, parents, batches };
  const proof = out.broadcast(vertex);
  out.persist({ kind: 'issued', vertex, proof });
  state.issuedSlot = slot;
  takeIn(state, vertex, proof, state.self, out, ctx);
}

/**
 * Batches that no vertex carries which may still win. Each is first left to the node it belongs to by its number, then to the next,
 * each for the time of one vertex, so that it is not carried by all at once.
 */
function chooseBatches(state: State, ctx: Ctx): SignedBatch[] {
  const { validatorCount, config } = ctx;
  const chosen: SignedBatch[] = [];
  let room = config.maxTransactionsPerBlock;
  for (const signed of pendingBatches(state.pool)) {
    const { batch } = signed;
    const key = batchKey(batch);
    const carrier = state.inFlight.get(key);
    if (carrier !== undefined && isSupported(state, carrier, false)) continue;
    const waited = state.patience.get(key) ?? 0;
    const home = (batch.client + batch.sequence) % validatorCount;
    const isOurs = config.mode !== 'avalanche' || waited >= (state.self - home + validatorCount) % validatorCount;
    if (!isOurs || batch.transfers.length > room) {
      state.patience.set(key, waited + 1);
      continue;
    }
    chosen.push(signed);
    room -= batch.transfers.length;
  }
  return chosen;
}

function slotOfVertex(state: State, digest: string): number {
  return state.entries.get(digest)?.vertex.slot ?? 1;
}
