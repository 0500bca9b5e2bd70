/**
 * Sealed channels between shards of several validators: each validator of one has a channel of its own with each of the other, with
 * keys that nobody else has. What is sealed is the shard's word with the validator's signature under it, so that a quorum of them
 * is a certificate as it is in the clear. Nothing of this is ordered: channels belong to validators, not to their shard.
 */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import { isSignature } from '../../common/shape.ts';
import { isOpenTalk, letterOf, rekeyOld, seal } from '../channels.ts';
import {
  onAnswer,
  onConfirm,
  onHello,
  onLost,
  onNeighbour,
  openChannels,
  type Opened,
  unsealAs,
  upgrade,
} from '../handshakes.ts';
import type { Message, Sealed } from '../messages.ts';
import { onSpoken } from './inbox.ts';
import { NOTE } from './notes.ts';
import { membersOf, type Replica, type ReplicaCtx, type ReplicaOut, shardOfNode } from './state.ts';
import { isSpoken, parseWire, type Spoken, type Wire, words } from './wire.ts';

export type ChannelTimer =
  /** Time to say that it is up, and to offer channels again. */
  | { readonly kind: 'channel-beat' }
  /** This validator gets post-quantum keys. */
  | { readonly kind: 'channel-upgrade' };

/** After every start of a validator. */
export function startChannels(replica: Replica, now: Micros, out: ReplicaOut, ctx: ReplicaCtx): void {
  if (replica.links === null) return;
  const { upgrades, heartbeatMicros } = ctx.config;
  out.setTimer({ kind: 'channel-beat' }, heartbeatMicros);
  const place = replica.self % replica.size;
  const own = upgrades.filter(
    ({ shard, validator }) => shard === replica.shard && (validator === null || validator === place),
  );
  const at = Math.min(...own.map((upgrade) => upgrade.at));
  if (own.length > 0) out.setTimer({ kind: 'channel-upgrade' }, Math.max(0, at - now));
  openChannels(replica, out, ctx);
}

export function onChannelTimer(
  replica: Replica,
  { kind }: ChannelTimer,
  now: Micros,
  out: ReplicaOut,
  ctx: ReplicaCtx,
): void {
  if (kind === 'channel-upgrade') return upgrade(replica, out, ctx);
  const { links, incarnation } = replica;
  if (links === null) return;
  const { isModern } = links;
  multicastAbroad(replica, { type: 'heartbeat', incarnation, load: 0, accounts: 0, isModern }, out, ctx);
  rekeyOld(replica, now, ctx);
  openChannels(replica, out, ctx);
  out.setTimer({ kind: 'channel-beat' }, ctx.config.heartbeatMicros);
}

function multicastAbroad({ shard }: Replica, message: Wire, out: ReplicaOut, ctx: ReplicaCtx): void {
  const all = Array.from({ length: ctx.validatorCount }, (_, node) => node);
  const abroad = all.filter((node) => shardOfNode(node, ctx) !== shard);
  if (out.multicast !== undefined) out.multicast(abroad, message);
  else for (const node of abroad) out.send(node, message);
}

/** What a single validator says to one of another shard: about their channel, or through it. */
export function onChannelTalk(
  replica: Replica,
  from: NodeIndex,
  message: Message,
  out: ReplicaOut,
  ctx: ReplicaCtx,
): void {
  const { links, shard } = replica;
  if (links === null) return out.note(NOTE.alone);
  if (from >= ctx.validatorCount || shardOfNode(from, ctx) === shard) return out.note(NOTE.notTheirs);
  switch (message.type) {
    case 'heartbeat':
      return onNeighbour(replica, from, message, out, ctx);
    case 'channel-hello':
      return onHello(replica, from, message, out, ctx);
    case 'channel-answer':
      return onAnswer(replica, from, message, out, ctx);
    case 'channel-confirmation':
      return onConfirm(replica, from, message, out, ctx);
    case 'channel-lost':
      return onLost(replica, from, message, out, ctx);
    case 'sealed':
      return onSealed(replica, from, message, out, ctx);
    default:
      return out.note(NOTE.alone);
  }
}

interface Signed {
  readonly spoken: Spoken;
  readonly signature: Uint8Array;
}

/** Signs the words once and seals them for each validator of the other shard. */
export function sealSpoken(replica: Replica, to: number, spoken: Spoken, out: ReplicaOut, ctx: ReplicaCtx): void {
  const { signature } = out.sign(spoken);
  const letter = letterOf(words(spoken), [spoken, signature]);
  for (const node of membersOf(to, ctx)) {
    const link = replica.links?.links[node];
    if (link !== undefined) seal(link, node, letter, out, ctx);
  }
}

/** The signature inside is what others will be shown: it is checked before it counts. */
function onSealed(replica: Replica, from: NodeIndex, sealed: Sealed, out: ReplicaOut, ctx: ReplicaCtx): void {
  const content = unsealAs(replica, from, sealed, readSigned, out, ctx);
  if (content === null) return;
  const { spoken, signature } = content;
  if (!ctx.verify(from, spoken, signature)) return out.note(NOTE.badProof);
  onSpoken(replica, from, spoken, { signer: from, signature }, out, ctx);
}

function readSigned(value: unknown): Opened<Signed> | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [first, signature] = value as readonly unknown[];
  const spoken = parseWire(first);
  if (spoken === null || !isSpoken(spoken) || !isSignature(signature)) return null;
  return { content: { spoken, signature }, message: words(spoken) };
}

/** What should have been sealed: whoever strips the seal is not listened to. */
export function isExposed({ links }: Replica, spoken: Spoken): boolean {
  return links !== null && !isOpenTalk(words(spoken));
}
