/** How channels between the nodes of different shards are opened, and what comes through them. */
import { decode, encode } from '../../core/encoding.ts';
import type { NodeIndex } from '../../core/ids.ts';
import {
  ANSWER_ENTROPY_BYTES,
  answerChannel,
  type ChannelEnd,
  completeChannel,
  confirmChannel,
  type Hello,
  OFFER_ENTROPY_BYTES,
  offerChannel,
} from '../../sharding/channel/handshake.ts';
import { type Channel, openRecord } from '../../sharding/channel/session.ts';
import {
  type ChannelSuite,
  isPostQuantum,
  LEGACY_SUITES,
  MODERN_SUITES,
  streamBytes,
  suiteParts,
} from '../../sharding/channel/suites.ts';
import {
  CHANNEL_COSTS,
  type ChannelCtx,
  type ChannelOut,
  type ChannelRecord,
  type Holder,
  isOpenTalk,
  type Links,
  seal,
  spendOn,
} from './channels.ts';
import {
  type ChannelAnswer,
  type ChannelConfirm,
  type ChannelHello,
  type ChannelLost,
  type Message,
  parseMessage,
  type Sealed,
} from './messages.ts';
import { NOTE } from './notes.ts';
import { meta } from './signing.ts';

/** Draws of one start; the next one takes others. */
const DRAWS = 0x10_0000;

/** Offers a channel to every node above, of other shards, with which there is none. Said again with every heartbeat. */
export function openChannels(holder: Holder, out: ChannelOut, ctx: ChannelCtx): void {
  const { links, self } = holder;
  if (links === null) return;
  for (const [peer, link] of links.links.entries()) {
    if (peer <= self || isKin(links, self, peer) || link.channel !== null) continue;
    if (link.offer === null) {
      for (const suite of new Set(suitesOf(links).map((one) => suiteParts(one).kem)))
        ctx.spend?.(CHANNEL_COSTS[suite].keygenMicros);
      link.offer = offerChannel(endOf(holder, peer, out, ctx), entropy(holder, OFFER_ENTROPY_BYTES, ctx));
    }
    out.send(peer, { ...link.offer.hello, epoch: holder.incarnation });
  }
}

export function onHello(
  holder: Holder,
  from: NodeIndex,
  { epoch: _, ...offered }: ChannelHello,
  out: ChannelOut,
  ctx: ChannelCtx,
): void {
  const { links } = holder;
  const link = links?.links[from];
  if (links === null || link === undefined || from >= holder.self || isKin(links, holder.self, from))
    return out.note(NOTE.notShard);
  const hello: Hello = bound(offered, offered.offered.find((suite) => suitesOf(links).includes(suite)) ?? null, ctx);
  const known = link.asked !== null && equal(link.asked.hello, hello);
  if (!known) {
    const end = endOf(holder, from, out, ctx);
    const answered = answerChannel(end, hello, entropy(holder, ANSWER_ENTROPY_BYTES, ctx), ctx.config.rekeyRecords);
    if ('refused' in answered) return refuse(links, answered.refused, out);
    ctx.spend?.(CHANNEL_COSTS[suiteParts(answered.answer.chosen).kem].encapsulateMicros);
    link.asked = { hello, answered };
  }
  if (link.asked !== null) out.send(from, { ...link.asked.answered.answer, epoch: holder.incarnation });
}

export function onAnswer(
  holder: Holder,
  from: NodeIndex,
  { epoch: _, ...answer }: ChannelAnswer,
  out: ChannelOut,
  ctx: ChannelCtx,
): void {
  const { links } = holder;
  const link = links?.links[from];
  if (links === null || link === undefined || from <= holder.self) return out.note(NOTE.notShard);
  if (link.offer === null) {
    if (link.confirm !== null) out.send(from, link.confirm);
    return;
  }
  const end = endOf(holder, from, out, ctx);
  const offer = { ...link.offer, hello: bound(link.offer.hello, answer.chosen, ctx) };
  ctx.spend?.(CHANNEL_COSTS[suiteParts(answer.chosen).kem].decapsulateMicros);
  const completed = completeChannel(end, offer, answer, ctx.config.rekeyRecords);
  if ('refused' in completed) {
    // Whoever answered, it was not to this offer: another one has to be made.
    link.offer = null;
    return refuse(links, completed.refused, out);
  }
  link.offer = null;
  link.confirm = { ...completed.confirmation, epoch: holder.incarnation };
  out.send(from, link.confirm);
  open(holder, from, completed.channel, out, ctx);
}

export function onConfirm(
  holder: Holder,
  from: NodeIndex,
  { epoch: _, ...confirmation }: ChannelConfirm,
  out: ChannelOut,
  ctx: ChannelCtx,
): void {
  const { links } = holder;
  const link = links?.links[from];
  if (links === null || link?.asked == null) return;
  if (link.channel?.id === link.asked.answered.channel.id) return;
  const confirmed = confirmChannel(endOf(holder, from, out, ctx), link.asked.answered, confirmation);
  if ('refused' in confirmed) {
    link.asked = null;
    return refuse(links, confirmed.refused, out);
  }
  open(holder, from, confirmed.channel, out, ctx);
}

function open(holder: Holder, peer: NodeIndex, channel: Channel, out: ChannelOut, ctx: ChannelCtx): void {
  const link = holder.links?.links[peer];
  if (link === undefined) return;
  out.note(isPostQuantum(channel.suite) ? NOTE.opensChannel : NOTE.fallsBack);
  link.channel = channel;
  for (const letter of link.waiting.splice(0)) seal(link, peer, letter, out, ctx);
}

/** A message of the commit that came through a channel, or null with a note. */
export function unseal(
  holder: Holder,
  from: NodeIndex,
  sealed: Sealed,
  out: ChannelOut,
  ctx: ChannelCtx,
): Message | null {
  const read = (value: unknown): Opened<Message> | null => {
    const message = parseMessage(value);
    return message === null ? null : { content: message, message };
  };
  return unsealAs(holder, from, sealed, read, out, ctx);
}

/** What was sealed, and the message of the commit in it, of which the label outside must speak. */
export interface Opened<T> {
  readonly content: T;
  readonly message: Message;
}

/** `read`: a decoded value as what it should be, or null. Null, with a note: it could not be opened, or is not what its label says. */
export function unsealAs<T>(
  holder: Holder,
  from: NodeIndex,
  sealed: Sealed,
  read: (value: unknown) => Opened<T> | null,
  out: ChannelOut,
  ctx: ChannelCtx,
): T | null {
  const { links } = holder;
  const link = links?.links[from];
  if (links === null || link === undefined) return null;
  // The first records may overtake the confirmation, which whoever asks again gets again.
  if (link.channel === null || link.channel.id !== sealed.record.channel) {
    links.refusedCount++;
    out.note(NOTE.unknownChannel);
    if (from < holder.self) tellUnknown(holder, from, sealed.record.channel, out);
    // Whoever opened the channel asks whether the other one has the same.
    else if (link.channel !== null) out.send(from, { type: 'channel-lost', channel: link.channel.id });
    return null;
  }
  spendOn(link.channel, sealed.record.sealed.length, ctx);
  const record = openRecord(link.channel, sealed.record);
  const opened = 'refused' in record ? null : readBytes(record.plaintext, read);
  if (opened === null || opened.message.type !== sealed.of || isOpenTalk(opened.message)) {
    links.refusedCount++;
    out.note(NOTE.notOpened);
    if ('refused' in record && record.refused === 'too far ahead') renew(holder, from, out, ctx);
    return null;
  }
  const { slot, digest } = meta(opened.message);
  if (slot === sealed.slot && digest === sealed.digest) return opened.content;
  out.note(NOTE.notOpened);
  return null;
}

/** To whoever opened it: the channel is not open here. Either its confirmation is missing, or another one is needed. */
function tellUnknown(holder: Holder, peer: NodeIndex, channel: string, out: ChannelOut): void {
  const { asked, channel: open } = holder.links?.links[peer] ?? { asked: null, channel: null };
  const isAnswered = asked !== null && (open === null || asked.answered.channel.id === channel);
  if (isAnswered) out.send(peer, { ...asked.answered.answer, epoch: holder.incarnation });
  else out.send(peer, { type: 'channel-lost', channel });
}

/** More was missed than keys can be derived for: what there is will never be opened again, and another channel is needed. */
function renew(holder: Holder, peer: NodeIndex, out: ChannelOut, ctx: ChannelCtx): void {
  const link = holder.links?.links[peer];
  if (link?.channel == null) return;
  if (peer < holder.self) {
    out.send(peer, { type: 'channel-lost', channel: link.channel.id });
    return;
  }
  Object.assign(link, { offer: null, confirm: null, channel: null });
  openChannels(holder, out, ctx);
}

/**
 * The shard that was asked has lost the channel: it is offered another one. From the one that opened it this is a question: whether
 * it is the one that is open here. Two that crossing offers have left with different channels find out so.
 */
export function onLost(
  holder: Holder,
  from: NodeIndex,
  { channel }: ChannelLost,
  out: ChannelOut,
  ctx: ChannelCtx,
): void {
  const link = holder.links?.links[from];
  if (link === undefined) return;
  if (from < holder.self) {
    if (link.channel?.id !== channel) tellUnknown(holder, from, channel, out);
    return;
  }
  if (link.channel?.id !== channel) return;
  Object.assign(link, { offer: null, confirm: null, channel: null });
  openChannels(holder, out, ctx);
}

/** A neighbour that has restarted, or learned better suites, needs another channel. */
export function onNeighbour(
  holder: Holder,
  from: NodeIndex,
  { incarnation, isModern }: { readonly incarnation: number; readonly isModern: boolean },
  out: ChannelOut,
  ctx: ChannelCtx,
): void {
  const { links } = holder;
  const link = links?.links[from];
  if (links === null || link === undefined) return;
  const isNew = isModern && !links.registered.has(from);
  const hasRestarted = link.incarnation !== 0 && incarnation > link.incarnation;
  link.incarnation = Math.max(link.incarnation, incarnation);
  if (isNew) {
    links.registered.add(from);
    out.persist({ kind: 'registered', shard: from });
    out.note(NOTE.neighbourUpgraded);
  }
  // What was answered before may still be confirmed: that would be a weak channel between two who know better.
  const isWeak = [link.channel, link.asked?.answered.channel].some(
    (channel) => channel != null && !isPostQuantum(channel.suite),
  );
  if (!hasRestarted && !(isNew && links.isModern && isWeak)) return;
  Object.assign(link, { offer: null, confirm: null, channel: null, asked: null });
  openChannels(holder, out, ctx);
}

/** From now on this shard offers what resists quantum computers; its neighbours hear of it with its next heartbeat. */
export function upgrade(holder: Holder, out: ChannelOut, ctx: ChannelCtx): void {
  const { links } = holder;
  if (links === null || links.isModern) return;
  links.isModern = true;
  links.registered.add(holder.self);
  out.persist({ kind: 'upgraded' });
  out.note(NOTE.upgrades);
  for (const link of links.links) Object.assign(link, { offer: null, confirm: null, asked: null, channel: null });
  openChannels(holder, out, ctx);
}

/** What its disk says of a node's own keys and of its neighbours'. */
export function replayChannels({ links, self }: Holder, record: ChannelRecord): void {
  if (links === null) return;
  if (record.kind === 'upgraded') links.isModern = true;
  links.registered.add(record.kind === 'upgraded' ? self : record.shard);
}

const suitesOf = ({ isModern }: Links): readonly ChannelSuite[] => (isModern ? MODERN_SUITES : LEGACY_SUITES);

function endOf({ links, self }: Holder, peer: NodeIndex, out: ChannelOut, ctx: ChannelCtx): ChannelEnd {
  const isUnnoticed = ctx.mutant === 'downgrade-unnoticed';
  return {
    self,
    peer,
    suites: links === null ? [] : suitesOf(links),
    isPeerPostQuantum: !isUnnoticed && links?.registered.has(peer) === true,
    sign: (statement) => out.sign({ type: 'channel-statement', statement }).signature,
    verifyPeer: (statement, signature) => ctx.verify(peer, { type: 'channel-statement', statement }, signature),
  };
}

/** Mutant `downgrade-unnoticed`: signatures cover what was chosen, not what was offered. */
function bound(hello: Hello, chosen: ChannelSuite | null, { mutant }: ChannelCtx): Hello {
  if (mutant !== 'downgrade-unnoticed' || chosen === null) return hello;
  return { ...hello, offered: [chosen], keys: hello.keys.filter(({ kem }) => kem === suiteParts(chosen).kem) };
}

function refuse(links: Links, why: string, out: ChannelOut): void {
  links.refusedCount++;
  const isDowngrade = why.startsWith('downgrade') || why.includes('changed on the way');
  if (isDowngrade) links.downgradeCount++;
  out.note(isDowngrade ? NOTE.downgrade : NOTE.noChannel);
}

function entropy(holder: Holder, byteCount: number, { random }: ChannelCtx): Uint8Array {
  const { links } = holder;
  if (links === null) return new Uint8Array(0);
  const { bytes, next } = streamBytes(random, holder.incarnation * DRAWS + links.drawn, byteCount);
  links.drawn = next - holder.incarnation * DRAWS;
  return bytes;
}

/** Nodes of one shard have no channel with each other. */
function isKin({ shardSize }: Links, a: NodeIndex, b: NodeIndex): boolean {
  return Math.floor(a / shardSize) === Math.floor(b / shardSize);
}

function readBytes<T>(bytes: Uint8Array, read: (value: unknown) => Opened<T> | null): Opened<T> | null {
  try {
    return read(decode(bytes));
  } catch {
    // Whoever has the keys may still seal nonsense.
    return null;
  }
}

function equal(a: Hello, b: Hello): boolean {
  const [one, other] = [encode(a), encode(b)];
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
