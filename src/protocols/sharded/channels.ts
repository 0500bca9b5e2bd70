/**
 * Encrypted channels between the nodes of different shards: opened by ML-KEM, or by a classical exchange with those that know no other
 * (`handshakes.ts`), and bound to who they are by signatures (`sharding/channel`). Everything about transactions travels sealed;
 * heartbeats stay in the clear.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { encode } from '../../core/encoding.ts';
import type { Micros } from '../../core/time.ts';
import type { Answered, Hello, Offer } from '../../sharding/channel/handshake.ts';
import { type Channel, rekey, sealRecord } from '../../sharding/channel/session.ts';
import { isPostQuantum, suiteParts } from '../../sharding/channel/suites.ts';
import type { SignedRef } from '../protocol.ts';
import type { ChannelConfirm, Message, Sealed } from './messages.ts';
import { meta } from './signing.ts';
import type { Ctx } from './state.ts';

/** One neighbour. The node with the lower number opens the channel. */
export interface Link {
  /** What was offered and not answered (who opens). */
  offer: Offer | null;
  /** To say again when the answer comes again. */
  confirm: ChannelConfirm | null;
  /** The answer to this offer (who is asked). */
  asked: { readonly hello: Hello; readonly answered: Answered } | null;
  channel: Channel | null;
  /** What waits for the channel, oldest first. */
  readonly waiting: Letter[];
  /** Restarts of the neighbour, as it says. */
  incarnation: number;
  /** Since when which key is in use, as far as anybody looked; null: nobody did. */
  keyed: { readonly channel: string; readonly epoch: number; readonly at: Micros } | null;
}

/** What is to be sealed, and the label outside. */
export type Letter = Pick<Sealed, 'of' | 'slot' | 'epoch' | 'digest'> & { readonly plaintext: Uint8Array };

/** Plain data. */
export interface Links {
  /** Validators of a shard: those of its own are no neighbours. */
  readonly shardSize: number;
  /** Whether this node offers post-quantum suites. */
  isModern: boolean;
  /** By node. */
  readonly links: Link[];
  /** Nodes that are known to have post-quantum keys: with them nothing less will do. */
  readonly registered: Set<NodeIndex>;
  drawn: number;
  /** Records that could not be opened, offers and answers that were refused. */
  refusedCount: number;
  /** Refused because they would have been downgrades. */
  downgradeCount: number;
}

/** Who has channels: a shard of one node, or one validator of several. */
export interface Holder {
  readonly self: NodeIndex;
  readonly incarnation: number;
  /** Null where messages between shards travel in the clear. */
  readonly links: Links | null;
}

export type ChannelRecord =
  /** It has post-quantum keys from now on; it knows that another node has. */
  { readonly kind: 'upgraded' } | { readonly kind: 'registered'; readonly shard: NodeIndex };

/** The effects that channels need. */
export interface ChannelOut {
  send(to: NodeIndex, message: Message): SignedRef;
  sign(message: Message): SignedRef;
  persist(record: ChannelRecord): void;
  note(rule: string): void;
}

export type ChannelCtx = Pick<
  Ctx,
  'self' | 'validatorCount' | 'config' | 'shards' | 'suites' | 'mutant' | 'random' | 'spend' | 'verify'
>;

const WAITING_MAX = 256;

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

export function createLinks({ config, shards, self, suites, validatorCount }: ChannelCtx): Links | null {
  if (config.channel === 'none') return null;
  const nodes = Array.from({ length: validatorCount }, (_, node) => node);
  return {
    shardSize: shards?.validatorsPerShard ?? 1,
    isModern: !isClassical(suites?.[self]),
    links: nodes.map(() => ({
      offer: null,
      confirm: null,
      asked: null,
      channel: null,
      waiting: [],
      incarnation: 0,
      keyed: null,
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

/** A message of the commit; `content` is what is sealed of it and about it. */
export function letterOf(message: Message, content: unknown = message): Letter {
  const { slot, epoch, digest } = meta(message);
  return { of: message.type, slot, epoch, digest, plaintext: encode(content) };
}

/** Where there are channels: sealed, unless it is for everybody. */
export function sendSealed(holder: Holder, to: NodeIndex, message: Message, out: ChannelOut, ctx: ChannelCtx): void {
  const link = holder.links?.links[to];
  if (link === undefined || isOpenTalk(message)) out.send(to, message);
  else seal(link, to, letterOf(message), out, ctx);
}

/** Seals it, or keeps it until there is a channel. The oldest is dropped where too much waits: it will be said again. */
export function seal(link: Link, to: NodeIndex, letter: Letter, out: ChannelOut, ctx: ChannelCtx): void {
  if (link.channel === null) {
    link.waiting.push(letter);
    if (link.waiting.length > WAITING_MAX) link.waiting.shift();
    return;
  }
  const { plaintext, ...label } = letter;
  spendOn(link.channel, plaintext.length, ctx);
  out.send(to, { type: 'sealed', ...label, record: sealRecord(link.channel, plaintext) });
}

/** Changes the keys that have been in use for too long. Looked at with every heartbeat; a key that has sealed nothing stays. */
export function rekeyOld({ links }: Holder, now: Micros, { config }: ChannelCtx): void {
  if (links === null || config.rekeyMicros === 0) return;
  for (const link of links.links) {
    const { channel, keyed } = link;
    if (channel === null) continue;
    const isKnown = keyed?.channel === channel.id && keyed.epoch === channel.sending.epoch;
    if (isKnown && (now - keyed.at < config.rekeyMicros || channel.nextSequence === 0)) continue;
    if (isKnown) rekey(channel);
    link.keyed = { channel: channel.id, epoch: channel.sending.epoch, at: now };
  }
}

/** Channels that are open, and those that are weaker than both ends could do. */
export function channelCounts({ links, self }: Holder): { readonly open: number; readonly downgraded: number } {
  let [opened, downgraded] = [0, 0];
  for (const [peer, { channel }] of links?.links.entries() ?? []) {
    if (channel === null) continue;
    opened++;
    const isBest = isPostQuantum(channel.suite) || links?.registered.has(peer) !== true || !links.registered.has(self);
    if (!isBest) downgraded++;
  }
  return { open: opened, downgraded };
}

export function spendOn({ suite }: Channel, byteCount: number, { spend }: ChannelCtx): void {
  const { microsPerKiB } = CHANNEL_COSTS[suiteParts(suite).cipher];
  spend?.(Math.ceil((byteCount * microsPerKiB) / 1024) satisfies Micros);
}
