/** What signatures cover, which travel inside, and what the trace shows, of the words of replicated shards. */
import { hashValue } from '../../../crypto/hash.ts';
import type { Batch } from '../../../ledger/types.ts';
import { type BareChange, ORDER_TYPES, type Prepared, type Rank } from '../../common/ordering/messages.ts';
import type { MessageMeta, SignedMessage, SignedRef } from '../../protocol.ts';
import * as plain from '../signing.ts';
import { COUNCIL_TYPES, isCouncil } from '../council/messages.ts';
import { type Block, isOrder, isSpoken, type Item, type Order, type Spoken, type Wire, words } from './wire.ts';

/** Positions in `Declaration.messages`: the commit's own first. */
export const WIRE_TYPES = [...plain.MESSAGE_TYPES, ...ORDER_TYPES, ...COUNCIL_TYPES] as const;

const POSITIONS: ReadonlyMap<string, number> = new Map(WIRE_TYPES.map((type, i) => [type, i]));

/** By identity: a block never changes once it is made. */
const digests = new WeakMap<object, string>();

/** What a block says, whoever proved it: the proofs of what other shards said are left out. */
export function digestOf(block: Block): string {
  let digest = digests.get(block);
  if (digest === undefined) {
    digest = hashValue(['block', block.at, block.items.map(said)]);
    digests.set(block, digest);
  }
  return digest;
}

function said(item: Item): unknown {
  return item.kind === 'heard' ? ['heard', item.message] : item;
}

/** What is signed: hashes in the place of what is long. */
export function statement(message: Wire): unknown {
  if (isOrder(message)) return orderStatement(message);
  if (!isSpoken(message)) return plain.statement(message);
  return { ...(plain.statement(words(message)) as object), said: message.said };
}

function orderStatement(message: Order): unknown {
  switch (message.type) {
    case 'order-propose':
    case 'order-decided':
    case 'order-pass': {
      const { value, ...rest } = message;
      return { ...rest, ...('proofs' in rest ? { proofs: null } : {}), value: digestOf(value) };
    }
    case 'order-change': {
      const { prepared, ...rest } = message;
      return { ...rest, prepared: prepared === null ? null : rankOf(prepared) };
    }
    case 'order-new':
      return { ...message, changes: message.changes.map(({ proof }) => proof.signer) };
    case 'order-prepared':
    case 'order-final':
      return { ...message, proofs: message.proofs.map(({ signer }) => signer) };
    case 'order-lead': {
      const { ranks, best, ...rest } = message;
      return { ...rest, ranks: ranks.map(({ proof }) => proof.signer), best: best === null ? null : rankOf(best) };
    }
    default:
      return message;
  }
}

/** A value by its digest: a CHANGE without its value has the signature of the whole. */
function rankOf(prepared: Prepared<Block> | Rank): readonly unknown[] {
  return [prepared.view, 'digest' in prepared ? prepared.digest : digestOf(prepared.value)];
}

/** The signatures of certificates and clients. */
export function embedded(message: Wire): SignedMessage<Wire>[] {
  if (isSpoken(message)) return plain.embedded(words(message));
  if (!isOrder(message)) return plain.embedded(message);
  switch (message.type) {
    case 'order-propose':
    case 'order-pass':
      return inBlock(message.value);
    case 'order-decided': {
      const { group, slot, view, value, proofs } = message;
      return [...under(voteFor('order-commit', group, slot, view, value), proofs), ...inBlock(value)];
    }
    case 'order-prepared':
      return underVotes('order-prepare', message);
    case 'order-final':
      return underVotes('order-commit', message);
    case 'order-lead':
      return inLead(message);
    case 'order-change':
      return inChange(message);
    case 'order-new':
      return message.changes.flatMap(({ change, proof }) => [{ message: change, proof }, ...inChange(change)]);
    default:
      return [];
  }
}

/** A leader's certificate. */
function underVotes(
  type: 'order-prepare' | 'order-commit',
  { group, slot, view, digest, proofs }: Extract<Order, { type: 'order-prepared' | 'order-final' }>,
): SignedMessage<Wire>[] {
  return under({ type, group, slot, view, digest }, proofs);
}

function inLead({ group, slot, view, ranks, best }: Extract<Order, { type: 'order-lead' }>): SignedMessage<Wire>[] {
  const changes = ranks.map(({ rank, proof }): SignedMessage<Wire> => {
    const bare: BareChange = { type: 'order-change', group, slot, view, prepared: rank };
    // Its statement is that of the whole CHANGE.
    return { message: bare as unknown as Wire, proof };
  });
  return [...changes, ...inPrepared(group, slot, best)];
}

function inChange({ group, slot, prepared }: Extract<Order, { type: 'order-change' }>): SignedMessage<Wire>[] {
  return inPrepared(group, slot, prepared);
}

function inPrepared(group: number, slot: number, prepared: Prepared<Block> | null): SignedMessage<Wire>[] {
  if (prepared === null) return [];
  const { view, value, proofs } = prepared;
  return [...under(voteFor('order-prepare', group, slot, view, value), proofs), ...inBlock(value)];
}

function voteFor(
  type: 'order-prepare' | 'order-commit',
  group: number,
  slot: number,
  view: number,
  value: Block,
): Wire {
  return { type, group, slot, view, digest: digestOf(value) };
}

function inBlock({ items }: Block): SignedMessage<Wire>[] {
  return items.flatMap((item): SignedMessage<Wire>[] => {
    if (item.kind === 'timeout' || item.kind === 'leader' || item.kind === 'ordering') return [];
    if (item.kind === 'heard') return under(item.message, item.proofs);
    const { batch, signature } = item.signed;
    return [{ message: batch, proof: { signer: batch.client, signature } }];
  });
}

function under(message: Wire, proofs: readonly SignedRef[]): SignedMessage<Wire>[] {
  return proofs.map((proof) => ({ message, proof }));
}

/** What the trace says of a message: of those that order, position in the shard's log, view and block. */
export function meta(message: Wire): MessageMeta {
  if (!isOrder(message)) {
    const told = plain.meta(isSpoken(message) ? words(message) : message);
    return isCouncil(message) ? { ...told, type: POSITIONS.get(message.type) ?? -1 } : told;
  }
  const type = POSITIONS.get(message.type) ?? -1;
  const epoch = 'view' in message ? message.view : 0;
  return { type, slot: message.slot, epoch, digest: aboutOf(message) };
}

function aboutOf(message: Order): string {
  if ('digest' in message) return message.digest;
  if ('value' in message) return digestOf(message.value);
  const held = message.type === 'order-change' ? message.prepared : message.type === 'order-lead' ? message.best : null;
  return held === null ? '' : digestOf(held.value);
}

/** By identity, so that each object is hashed once; equal contents have equal hashes. */
const contents = new WeakMap<object, string>();

export function spokenDigest(message: Spoken): string {
  return contentDigest(message);
}

export function digestOfBatch(batch: Batch): string {
  return contentDigest(batch);
}

function contentDigest(message: object): string {
  let digest = contents.get(message);
  if (digest === undefined) {
    digest = hashValue(message);
    contents.set(message, digest);
  }
  return digest;
}
