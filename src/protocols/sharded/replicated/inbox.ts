/** What reaches a validator before its shard has ordered it: words of other shards, one signature at a time, and clients. */
import type { NodeIndex } from '../../../core/ids.ts';
import { quorumSize } from '../../../core/quorum.ts';
import type { SignedBatch } from '../../../ledger/types.ts';
import { verifyAll } from '../../common/proofs.ts';
import { distinctMembers } from '../../common/ordering/rules.ts';
import type { SignedRef } from '../../protocol.ts';
import { isMoving } from '../moves.ts';
import { readTransaction } from '../placement.ts';
import type { Ctx } from '../state.ts';
import { NOTE } from './notes.ts';
import { spokenDigest } from './signing.ts';
import {
  membersOf,
  type Replica,
  type ReplicaCtx,
  type ReplicaOut,
  type Share,
  shardOfNode,
  shardSize,
} from './state.ts';
import type { Item, Said, Spoken } from './wire.ts';

/** Numbers of one shard that are remembered one by one; below them all count as taken. */
const ABOVE_MAX = 512;
/** Things said that wait for a quorum; the oldest are forgotten. */
const SHARES_MAX = 2048;
const SUBMITS_MAX = 4096;

const keyOf = ({ by, number }: Said): string => `${by} ${number}`;

export function isTaken({ taken }: Replica, { by, number }: Said): boolean {
  const known = taken.get(by);
  return known !== undefined && (number <= known.floor || known.above.has(number));
}

/** From now on the number means nothing any more. */
export function take(replica: Replica, said: Said): void {
  const known = replica.taken.get(said.by) ?? { floor: 0, above: new Set<number>() };
  replica.taken.set(said.by, known);
  if (said.number > known.floor) known.above.add(said.number);
  if (known.above.size > ABOVE_MAX) known.floor = Math.min(...known.above) - 1;
  while (known.above.delete(known.floor + 1)) known.floor++;
  const key = keyOf(said);
  replica.shares.delete(key);
  replica.complete.delete(key);
}

/** One validator's signature under words of its shard. */
export function onSpoken(
  replica: Replica,
  from: NodeIndex,
  message: Spoken,
  proof: SignedRef,
  out: ReplicaOut,
  ctx: ReplicaCtx,
): void {
  const { said } = message;
  if (said.to !== replica.shard) return out.note(NOTE.notForUs);
  if (from >= ctx.validatorCount || shardOfNode(from, ctx) !== said.by || said.by === replica.shard)
    return out.note(NOTE.notTheirs);
  if (ctx.mutant !== 'shard-words-replayed' && isTaken(replica, said)) return;
  const key = keyOf(said);
  const shares = replica.shares.get(key) ?? [];
  if (shares.length === 0) addKey(replica, key, shares);
  const digest = spokenDigest(message);
  const known = shares.find((share) => share.signatures.has(from));
  if (known !== undefined) {
    if (spokenDigest(known.message) !== digest) out.note(NOTE.twoFaced);
    return;
  }
  let share = shares.find((each) => spokenDigest(each.message) === digest);
  if (share === undefined) {
    share = { message, signatures: new Map() };
    shares.push(share);
  }
  share.signatures.set(from, proof.signature);
  if (share.signatures.size >= shardQuorum(ctx)) replica.complete.set(key, share);
}

function addKey(replica: Replica, key: string, shares: Share[]): void {
  replica.shares.set(key, shares);
  if (replica.shares.size <= SHARES_MAX) return;
  const [oldest = ''] = replica.shares.keys();
  replica.shares.delete(oldest);
  replica.complete.delete(oldest);
}

/** Signatures that make words those of a shard. Mutant `shard-word-of-one`: one is enough. */
export function shardQuorum(ctx: ReplicaCtx): number {
  return ctx.mutant === 'shard-word-of-one' ? 1 : quorumSize(shardSize(ctx));
}

/** Why these are not words of a shard to this one, or null. Signatures that this validator has seen itself are not checked again. */
export function spokenProblem(
  replica: Replica,
  message: Spoken,
  proofs: readonly SignedRef[],
  ctx: ReplicaCtx,
): string | null {
  const { by, to } = message.said;
  if (to !== replica.shard || by === replica.shard || by >= replica.spoken.length) return NOTE.notForUs;
  if (ctx.mutant !== 'shard-words-replayed' && isTaken(replica, message.said)) return NOTE.replayed;
  if (distinctMembers(proofs, membersOf(by, ctx)) < shardQuorum(ctx)) return NOTE.noQuorum;
  const digest = spokenDigest(message);
  const seen = replica.shares.get(keyOf(message.said))?.find((share) => spokenDigest(share.message) === digest);
  const unseen = proofs.filter(({ signer, signature }) => !isSame(seen?.signatures.get(signer), signature));
  return unseen.length === 0 || verifyAll(ctx, message, unseen) ? null : NOTE.badProof;
}

export function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a === b || (a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]));
}

/** A client's transaction, until it is ordered. */
export function onSubmit(replica: Replica, signed: SignedBatch, out: ReplicaOut, shardCtx: Ctx): void {
  const slot = submittedSlot(replica, signed, shardCtx);
  if (slot === null) return out.note(NOTE.badSubmit);
  if (replica.commit.coordinating.has(slot) || replica.submits.has(slot)) return;
  if (replica.submits.size < SUBMITS_MAX) replica.submits.set(slot, signed);
}

/**
 * Number of a transaction that this shard is to coordinate; null: it is none. Where accounts move it is the shard that the client
 * names: it may turn the transaction away, and no other one ever takes it, whoever hands it over.
 */
export function submittedSlot({ shard }: Replica, signed: SignedBatch, shardCtx: Ctx): number | null {
  const transaction = readTransaction(signed, shardCtx);
  if ('refused' in transaction) return null;
  const coordinator = isMoving(shardCtx) ? signed.batch.shard : transaction.shards[0];
  return coordinator === shard ? transaction.slot : null;
}

/** A peer of the shard hands something over: it counts if it is proved. */
export function onHanded(replica: Replica, item: Item, out: ReplicaOut, ctx: ReplicaCtx, shardCtx: Ctx): void {
  if (item.kind === 'timeout' || item.kind === 'leader' || item.kind === 'ordering') return;
  if (item.kind === 'submit') {
    const { batch, signature } = item.signed;
    if (ctx.verify(batch.client, batch, signature)) onSubmit(replica, item.signed, out, shardCtx);
    return;
  }
  const { message, proofs } = item;
  if (replica.complete.has(keyOf(message.said)) || spokenProblem(replica, message, proofs, ctx) !== null) return;
  const share: Share = { message, signatures: new Map(proofs.map(({ signer, signature }) => [signer, signature])) };
  replica.complete.set(keyOf(message.said), share);
}
