/**
 * A Byzantine node is a correct machine whose outgoing messages pass through behaviours, one after the other. It sees
 * everything its node sees, may drop, delay, alter, multiply and redirect, and signs with its own key only.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { SECOND } from '../../core/time.ts';
import type { AnyProtocol, NodeContext, SignedMessage } from '../../protocols/protocol.ts';
import type { Behaviour } from '../plan.ts';

/** Position of the receiver that means "every other validator". */
export const EVERYONE = -1;

/** A message about to leave: for one node, or EVERYONE. */
export interface Outgoing {
  readonly to: NodeIndex;
  readonly claimedFrom: NodeIndex;
  readonly message: { readonly type: string };
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  /** Held back so long after it could have left, µs. */
  readonly delay: Micros;
  /** Same object for copies of one signed message: they share a message id. */
  readonly tampered: boolean;
}

/** The message with some of it changed. Named one by one: what leaves has one shape, whoever made it (see `worldOf`). */
export function changed(item: Outgoing, changes: Partial<Omit<Outgoing, 'message'>>): Outgoing {
  return {
    to: changes.to ?? item.to,
    claimedFrom: changes.claimedFrom ?? item.claimedFrom,
    message: item.message,
    bytes: changes.bytes ?? item.bytes,
    signature: changes.signature ?? item.signature,
    delay: changes.delay ?? item.delay,
    tampered: changes.tampered ?? item.tampered,
  };
}

/** What a traitor has at hand. */
export interface Powers {
  readonly self: NodeIndex;
  readonly validatorCount: number;
  readonly protocol: AnyProtocol;
  readonly ctx: NodeContext<unknown, unknown>;
  readonly state: unknown;
  /** Peers it favours or fools; by default those of its own parity are shown one face, the rest the other. */
  readonly peers: readonly NodeIndex[] | null;
  /** Signs with its own key: the message for `to`. */
  signOwn(to: NodeIndex, message: { readonly type: string }): Outgoing;
  /** Uniform in [0, bound), from the node's own adversary stream. */
  draw(bound: number): number;
  readonly memory: AdversaryMemory;
}

/** Envelopes overheard, for replay and transplants. Plain data, bounded. */
export interface AdversaryMemory {
  drawn: number;
  heard: { message: { readonly type: string }; bytes: Uint8Array; signature: Uint8Array; claimedFrom: NodeIndex }[];
}

const HEARD_MAX = 64;
/** Long enough to miss the first view timeout of every protocol's default configuration. */
const WITHHOLD_MICROS = 5 * SECOND;

/** Remembers what came in, for behaviours that send it again. */
export function overhear(memory: AdversaryMemory, entry: AdversaryMemory['heard'][number]): void {
  memory.heard.push(entry);
  if (memory.heard.length > HEARD_MAX) memory.heard.shift();
}

/** Applies one behaviour to what would have left; `types` limits it to those message types. */
export function misbehave(
  behaviour: Behaviour,
  types: readonly string[] | null,
  outgoing: readonly Outgoing[],
  powers: Powers,
): Outgoing[] {
  const result: Outgoing[] = [];
  for (const item of outgoing) {
    if (types !== null && !types.includes(item.message.type)) result.push(item);
    else result.push(...BEHAVIOURS[behaviour](item, powers));
  }
  return result;
}

type Rule = (item: Outgoing, powers: Powers) => readonly Outgoing[];

const isVote = (item: Outgoing, powers: Powers): boolean => declared(item, powers)?.vote === true;
const isExclusive = (item: Outgoing, powers: Powers): boolean => declared(item, powers)?.exclusive === true;

function declared(item: Outgoing, powers: Powers) {
  return powers.protocol.declaration.messages.find((message) => message.type === item.message.type);
}

/** Whether a peer is shown the first face. */
function favoured(powers: Powers, peer: NodeIndex): boolean {
  return powers.peers === null ? peer % 2 === powers.self % 2 : powers.peers.includes(peer);
}

function others(powers: Powers): NodeIndex[] {
  const nodes: NodeIndex[] = [];
  for (let node = 0; node < powers.validatorCount; node++) if (node !== powers.self) nodes.push(node);
  return nodes;
}

function receivers(item: Outgoing, powers: Powers): NodeIndex[] {
  return item.to === EVERYONE ? others(powers) : [item.to];
}

/** One face to the favoured, another to the rest. */
function twoFaces(item: Outgoing, powers: Powers): { first: Outgoing; second: Outgoing } | null {
  if (!isExclusive(item, powers)) return null;
  const conflicting = powers.protocol.adversary.conflicting(item.message, powers.state, powers.ctx);
  if (conflicting === null) return null;
  return { first: item, second: powers.signOwn(item.to, conflicting) };
}

/** For each message: the same with forged messages in others' names that would make it win. */
function withForgeries(item: Outgoing, to: NodeIndex, powers: Powers): Outgoing[] {
  const forged = powers.protocol.adversary.forgeries(item.message, powers.ctx);
  return [
    changed(item, { to }),
    ...forged
      .filter(({ claimedFrom }) => claimedFrom !== to)
      .map(({ claimedFrom, message }) => changed(powers.signOwn(to, message), { claimedFrom, tampered: true })),
  ];
}

const BEHAVIOURS: Readonly<Record<Behaviour, Rule>> = {
  silent: () => [],
  selective: (item, powers) =>
    receivers(item, powers)
      .filter((to) => favoured(powers, to))
      .map((to) => changed(item, { to })),
  equivocate: (item, powers) => {
    const faces = twoFaces(item, powers);
    if (faces === null) return [item];
    return receivers(item, powers).map((to) => changed(favoured(powers, to) ? faces.first : faces.second, { to }));
  },
  'double-vote': (item, powers) => {
    if (!isVote(item, powers)) return [item];
    const faces = twoFaces(item, powers);
    return faces === null ? [item] : [faces.first, faces.second];
  },
  'forged-sender': (item, powers) => {
    const faces = twoFaces(item, powers);
    return receivers(item, powers).flatMap((to) =>
      withForgeries(faces === null || favoured(powers, to) ? item : faces.second, to, powers),
    );
  },
  corrupt: (item, powers) => {
    const bytes = item.bytes.slice();
    const at = powers.draw(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 + powers.draw(255));
    return [changed(item, { bytes, tampered: true })];
  },
  replay: (item, powers) => {
    const { heard } = powers.memory;
    const old = heard[powers.draw(Math.max(1, heard.length))];
    if (old === undefined) return [item];
    const { claimedFrom, message, bytes, signature } = old;
    return [item, { to: EVERYONE, claimedFrom, message, bytes, signature, delay: 0, tampered: true }];
  },
  withhold: (item, powers) =>
    isVote(item, powers) ? [changed(item, { delay: item.delay + WITHHOLD_MICROS })] : [item],
  'duplicate-votes': (item, powers) =>
    isVote(item, powers) ? Array.from({ length: powers.validatorCount }, () => item) : [item],
  transplant: (item, powers) => {
    const stolen = powers.memory.heard.flatMap((entry) => {
      const signed: SignedMessage<unknown> = {
        message: entry.message,
        proof: { signer: entry.claimedFrom, signature: entry.signature },
      };
      const message = powers.protocol.adversary.transplant(signed, powers.ctx) as { readonly type: string } | null;
      if (message === null) return [];
      const own = powers.signOwn(EVERYONE, message);
      return [changed(own, { claimedFrom: entry.claimedFrom, signature: entry.signature, tampered: true })];
    });
    powers.memory.heard.length = 0;
    return [item, ...stolen];
  },
  'inflate-certificate': (item, powers) => {
    const inflated = powers.protocol.adversary.inflate(item.message, powers.ctx) as { readonly type: string } | null;
    return [inflated === null ? item : powers.signOwn(item.to, inflated)];
  },
  // The host runs the second machine; what each says is already addressed to its own audience.
  twins: (item) => [item],
};
