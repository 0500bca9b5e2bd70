/**
 * Encrypted channels between shards: opened by ML-KEM, or by a classical exchange with shards that know no other, and bound to who
 * they are by signatures (`sharding/channel`). Everything about transactions travels sealed; heartbeats stay in the clear.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { decode, encode } from '../../core/encoding.ts';
import type { Micros } from '../../core/time.ts';
import {
  ANSWER_ENTROPY_BYTES,
  type Answered,
  answerChannel,
  type ChannelEnd,
  completeChannel,
  confirmChannel,
  type Hello,
  type Offer,
  OFFER_ENTROPY_BYTES,
  offerChannel,
} from '../../sharding/channel/handshake.ts';
import { type Channel, openRecord, sealRecord } from '../../sharding/channel/session.ts';
import {
  type ChannelSuite,
  isPostQuantum,
  LEGACY_SUITES,
  MODERN_SUITES,
  streamBytes,
  suiteParts,
} from '../../sharding/channel/suites.ts';
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
import type { Ctx, Out, State } from './state.ts';

/** One neighbour. The shard with the lower number opens the channel. */
interface Link {
  /** What was offered and not answered (who opens). */
  offer: Offer | null;
  /** To say again when the answer comes again. */
  confirm: ChannelConfirm | null;
  /** The answer to this offer (who is asked). */
  asked: { readonly hello: Hello; readonly answered: Answered } | null;
  channel: Channel | null;
  /** What waits for the channel, oldest first. */
  readonly waiting: Message[];
  /** Restarts of the neighbour, as it says. */
  incarnation: number;
}

/** Plain data. */
export interface Links {
  /** Whether this shard offers post-quantum suites. */
  isModern: boolean;
  readonly links: Link[];
  /** Shards that are known to have post-quantum keys: with them nothing less will do. */
  readonly registered: Set<NodeIndex>;
  drawn: number;
  /** Records that could not be opened, offers and answers that were refused. */
  refusedCount: number;
  /** Refused because they would have been downgrades. */
  downgradeCount: number;
}

const WAITING_MAX = 256;
/** Draws of one start; the next one takes others. */
const DRAWS = 0x10_0000;

/**
 * Virtual CPU time, µs: @noble/post-quantum 0.7, @noble/curves and @noble/ciphers in Node 20 on one core of a shared x86-64 server, as the
 * table of signature suites was measured.
 */
export const CHANNEL_COSTS = {
  'ml-kem-768': { keygenMicros: 590, encapsulateMicros: 540, decapsulateMicros: 620 },
  x25519: { keygenMicros: 530, encapsulateMicros: 1560, decapsulateMicros: 1030 },
  'aes-256-gcm': { microsPerKiB: 44 },
  'chacha20-poly1305': { microsPerKiB: 19 },
} as const;

export const isClassical = (suite: string | undefined): boolean => suite?.endsWith('ed25519') === true;

/** Null where messages between shards travel in the clear. */
export function createLinks({ config, shards, self, suites, validatorCount }: Ctx): Links | null {
  if (config.channel === 'none' || (shards?.validatorsPerShard ?? 1) > 1) return null;
  const nodes = Array.from({ length: validatorCount }, (_, node) => node);
  return {
    isModern: !isClassical(suites?.[self]),
    links: nodes.map(() => ({
      offer: null,
      confirm: null,
      asked: null,
      channel: null,
      waiting: [],
      incarnation: 0,
    })),
    registered: new Set(nodes.filter((node) => !isClassical(suites?.[node]))),
    drawn: 0,
    refusedCount: 0,
    downgradeCount: 0,
  };
}

/** What needs no channel: what everybody may read, and what opens channels. */
export function isOpenTalk({ type }: Message): boolean {
  if (type === 'heartbeat' || type === 'account-moved' || type === 'sealed') return true;
  return type.startsWith('channel-') || type.startsWith('council-');
}

/** Offers a channel to every shard above that has none. Said again with every heartbeat. */
export function openChannels(state: State, out: Out, ctx: Ctx): void {
  const { links, self } = state;
  if (links === null) return;
  for (const [peer, link] of links.links.entries()) {
    if (peer <= self || link.channel !== null) continue;
    if (link.offer === null) {
      for (const suite of new Set(suitesOf(links).map((one) => suiteParts(one).kem)))
        ctx.spend?.(CHANNEL_COSTS[suite].keygenMicros);
      link.offer = offerChannel(endOf(state, peer, out, ctx), entropy(state, OFFER_ENTROPY_BYTES, ctx));
    }
    out.send(peer, { ...link.offer.hello, epoch: state.incarnation });
  }
}

export function onHello(
  state: State,
  from: NodeIndex,
  { epoch: _, ...offered }: ChannelHello,
  out: Out,
  ctx: Ctx,
): void {
  const { links } = state;
  const link = links?.links[from];
  if (links === null || link === undefined || from >= state.self) return out.note(NOTE.notShard);
  const hello: Hello = bound(offered, offered.offered.find((suite) => suitesOf(links).includes(suite)) ?? null, ctx);
  const known = link.asked !== null && equal(link.asked.hello, hello);
  if (!known) {
    const end = endOf(state, from, out, ctx);
    const answered = answerChannel(end, hello, entropy(state, ANSWER_ENTROPY_BYTES, ctx), ctx.config.rekeyRecords);
    if ('refused' in answered) return refuse(links, answered.refused, out);
    ctx.spend?.(CHANNEL_COSTS[suiteParts(answered.answer.chosen).kem].encapsulateMicros);
    link.asked = { hello, answered };
  }
  if (link.asked !== null) out.send(from, { ...link.asked.answered.answer, epoch: state.incarnation });
}

export function onAnswer(
  state: State,
  from: NodeIndex,
  { epoch: _, ...answer }: ChannelAnswer,
  out: Out,
  ctx: Ctx,
): void {
  const { links } = state;
  const link = links?.links[from];
  if (links === null || link === undefined || from <= state.self) return out.note(NOTE.notShard);
  if (link.offer === null) {
    if (link.confirm !== null) out.send(from, link.confirm);
    return;
  }
  const end = endOf(state, from, out, ctx);
  const offer = { ...link.offer, hello: bound(link.offer.hello, answer.chosen, ctx) };
  ctx.spend?.(CHANNEL_COSTS[suiteParts(answer.chosen).kem].decapsulateMicros);
  const completed = completeChannel(end, offer, answer, ctx.config.rekeyRecords);
  if ('refused' in completed) {
    // Whoever answered, it was not to this offer: another one has to be made.
    link.offer = null;
    return refuse(links, completed.refused, out);
  }
  link.offer = null;
  link.confirm = { ...completed.confirmation, epoch: state.incarnation };
  out.send(from, link.confirm);
  open(state, from, completed.channel, out, ctx);
}

export function onConfirm(
  state: State,
  from: NodeIndex,
  { epoch: _, ...confirmation }: ChannelConfirm,
  out: Out,
  ctx: Ctx,
): void {
  const { links } = state;
  const link = links?.links[from];
  if (links === null || link?.asked == null) return;
  if (link.channel?.id === link.asked.answered.channel.id) return;
  const confirmed = confirmChannel(endOf(state, from, out, ctx), link.asked.answered, confirmation);
  if ('refused' in confirmed) {
    link.asked = null;
    return refuse(links, confirmed.refused, out);
  }
  open(state, from, confirmed.channel, out, ctx);
}

function open(state: State, peer: NodeIndex, channel: Channel, out: Out, ctx: Ctx): void {
  const link = state.links?.links[peer];
  if (link === undefined) return;
  out.note(isPostQuantum(channel.suite) ? NOTE.opensChannel : NOTE.fallsBack);
  link.channel = channel;
  for (const message of link.waiting.splice(0)) sendSealed(state, peer, message, out, ctx);
}

/** Seals it, or keeps it until there is a channel. The oldest is dropped where too much waits: it will be said again. */
export function sendSealed(state: State, to: NodeIndex, message: Message, out: Out, ctx: Ctx): void {
  const link = state.links?.links[to];
  if (link === undefined || isOpenTalk(message)) {
    out.send(to, message);
    return;
  }
  if (link.channel === null) {
    link.waiting.push(message);
    if (link.waiting.length > WAITING_MAX) link.waiting.shift();
    return;
  }
  const plaintext = encode(message);
  spendOn(link.channel, plaintext.length, ctx);
  const { slot, epoch, digest } = meta(message);
  const record = sealRecord(link.channel, plaintext);
  out.send(to, { type: 'sealed', of: message.type, slot, epoch, digest, record });
}

/** What was sealed, or null with a note. The label outside must be that of what is inside. */
export function unseal(state: State, from: NodeIndex, message: Sealed, out: Out, ctx: Ctx): Message | null {
  const { links } = state;
  const link = links?.links[from];
  if (links === null || link === undefined) return null;
  // The first records may overtake the confirmation, which whoever asks again gets again.
  if (link.channel === null || link.channel.id !== message.record.channel) {
    links.refusedCount++;
    out.note(NOTE.unknownChannel);
    if (from > state.self) return null;
    if (link.channel === null && link.asked !== null)
      out.send(from, { ...link.asked.answered.answer, epoch: state.incarnation });
    else if (link.channel === null) out.send(from, { type: 'channel-lost', channel: message.record.channel });
    return null;
  }
  spendOn(link.channel, message.record.sealed.length, ctx);
  const opened = openRecord(link.channel, message.record);
  const inner = 'refused' in opened ? null : readMessage(opened.plaintext);
  if (inner === null || inner.type !== message.of || isOpenTalk(inner)) {
    links.refusedCount++;
    out.note(NOTE.notOpened);
    return null;
  }
  const { slot, digest } = meta(inner);
  if (slot === message.slot && digest === message.digest) return inner;
  out.note(NOTE.notOpened);
  return null;
}

/** The shard that was asked has lost the channel: it is offered another one. */
export function onLost(state: State, from: NodeIndex, { channel }: ChannelLost, out: Out, ctx: Ctx): void {
  const link = state.links?.links[from];
  if (link === undefined || from <= state.self || link.channel?.id !== channel) return;
  Object.assign(link, { offer: null, confirm: null, channel: null });
  openChannels(state, out, ctx);
}

/** A neighbour that has restarted, or learned better suites, needs another channel. */
export function onNeighbour(
  state: State,
  from: NodeIndex,
  { incarnation, isModern }: { readonly incarnation: number; readonly isModern: boolean },
  out: Out,
  ctx: Ctx,
): void {
  const { links } = state;
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
  const isWeak = link.channel !== null && !isPostQuantum(link.channel.suite);
  if (!hasRestarted && !(isNew && links.isModern && isWeak)) return;
  Object.assign(link, { offer: null, confirm: null, channel: null, asked: null });
  openChannels(state, out, ctx);
}

/** From now on this shard offers what resists quantum computers; its neighbours hear of it with its next heartbeat. */
export function upgrade(state: State, out: Out, ctx: Ctx): void {
  const { links } = state;
  if (links === null || links.isModern) return;
  links.isModern = true;
  links.registered.add(state.self);
  out.persist({ kind: 'upgraded' });
  out.note(NOTE.upgrades);
  for (const link of links.links) Object.assign(link, { offer: null, confirm: null, asked: null, channel: null });
  openChannels(state, out, ctx);
}

/** Channels that are open, and those that are weaker than both ends could do. */
export function channelCounts({ links, self }: State): { readonly open: number; readonly downgraded: number } {
  let [opened, downgraded] = [0, 0];
  for (const [peer, { channel }] of links?.links.entries() ?? []) {
    if (channel === null) continue;
    opened++;
    const isBest = isPostQuantum(channel.suite) || links?.registered.has(peer) !== true || !links.registered.has(self);
    if (!isBest) downgraded++;
  }
  return { open: opened, downgraded };
}

const suitesOf = ({ isModern }: Links): readonly ChannelSuite[] => (isModern ? MODERN_SUITES : LEGACY_SUITES);

function endOf({ links, self }: State, peer: NodeIndex, out: Out, ctx: Ctx): ChannelEnd {
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
function bound(hello: Hello, chosen: ChannelSuite | null, { mutant }: Ctx): Hello {
  if (mutant !== 'downgrade-unnoticed' || chosen === null) return hello;
  return { ...hello, offered: [chosen], keys: hello.keys.filter(({ kem }) => kem === suiteParts(chosen).kem) };
}

function refuse(links: Links, why: string, out: Out): void {
  links.refusedCount++;
  const isDowngrade = why.startsWith('downgrade') || why.includes('changed on the way');
  if (isDowngrade) links.downgradeCount++;
  out.note(isDowngrade ? NOTE.downgrade : NOTE.noChannel);
}

function entropy(state: State, byteCount: number, { random }: Ctx): Uint8Array {
  const { links } = state;
  if (links === null) return new Uint8Array(0);
  const { bytes, next } = streamBytes(random, state.incarnation * DRAWS + links.drawn, byteCount);
  links.drawn = next - state.incarnation * DRAWS;
  return bytes;
}

function spendOn({ suite }: Channel, byteCount: number, { spend }: Ctx): void {
  const { microsPerKiB } = CHANNEL_COSTS[suiteParts(suite).cipher];
  spend?.(Math.ceil((byteCount * microsPerKiB) / 1024) satisfies Micros);
}

function readMessage(bytes: Uint8Array): Message | null {
  try {
    return parseMessage(decode(bytes));
  } catch {
    // Whoever has the keys may still seal nonsense.
    return null;
  }
}

function equal(a: Hello, b: Hello): boolean {
  const [one, other] = [encode(a), encode(b)];
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
