/** The way out of a node: gives every message its number, records it, and asks the links what becomes of each copy. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { hashTwoWords } from '../../crypto/hash.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type { Envelope } from '../envelope.ts';
import { joined } from './scratch.ts';
import {
  beginRule,
  calmArrival,
  calmArrivals,
  caughtBy,
  createFate,
  createLinks,
  endRule,
  type Fate,
  fate,
  hold,
  intervene,
  isCalm,
  type Links,
  OUTCOME,
} from '../network/index.ts';
import type { FaultBody } from '../plan.ts';
import { hexWord, type Recorder } from '../trace/recorder.ts';
import { COPY } from '../trace/records.ts';
import { EVERYONE, type Outgoing } from './adversary.ts';
import { wireSize } from './signing.ts';
import type { Work } from './work.ts';
import type { World } from './world.ts';

const TAMPERED = 1 << 8;

/** When the copies of one broadcast arrive, by receiver. */
let arrivals = new Float64Array(128);

/** One list for all nodes of all runs. */
const typeNames = new WeakMap<Declaration, readonly string[]>();

function typeNamesOf(declaration: Declaration): readonly string[] {
  const known = typeNames.get(declaration) ?? declaration.messages.map((message) => message.type);
  typeNames.set(declaration, known);
  return known;
}

export class Outbox {
  sequence = 0;
  links: Links;
  readonly #world: World;
  readonly #self: NodeIndex;
  readonly #recorder: Recorder;
  readonly #fate: Fate = createFate();
  /** Type of the message sealed last. */
  #type = 0;

  readonly #work: Work;

  constructor(world: World, self: NodeIndex, recorder: Recorder, work: Work) {
    this.#work = work;
    this.#world = world;
    this.#self = self;
    this.#recorder = recorder;
    const { plan, protocol } = world;
    this.links = createLinks(plan, self, plan.validators.length + plan.clientCount, typeNamesOf(protocol.declaration));
  }

  /**
   * Sends messages that leave at `departure`; copies of one signed message share an envelope. What a correct node sends
   * decodes to what it sent, so that nodes of this thread need not decode it; a traitor's bytes are opened like a stranger's.
   */
  dispatch(items: readonly Outgoing[], departure: Micros, correct: boolean): void {
    let previous: Outgoing | null = null;
    let envelope: Envelope | null = null;
    for (const item of items) {
      const same =
        previous !== null &&
        previous.signature === item.signature &&
        previous.bytes === item.bytes &&
        previous.claimedFrom === item.claimedFrom;
      if (!same || envelope === null) envelope = this.#seal(item, departure, correct);
      previous = item;
      if (item.to === EVERYONE) this.#postAll(envelope, departure);
      else this.#post(envelope, item.to, departure);
    }
  }

  /** A copy for every other validator: at once where nothing but latency can become of them. */
  #postAll(envelope: Envelope, departure: Micros): void {
    const { length } = this.#world.plan.validators;
    const self = this.#self;
    if (!isCalm(this.links)) {
      for (let to = 0; to < length; to++) if (to !== self) this.#post(envelope, to, departure);
      return;
    }
    const copies = self < length ? length - 1 : length;
    const work = this.#work;
    work.copies[this.#type] = (work.copies[this.#type] as number) + copies;
    work.bytes[this.#type] = (work.bytes[this.#type] as number) + copies * envelope.sizeBytes;
    if (arrivals.length < length) arrivals = new Float64Array(2 * length);
    calmArrivals(this.links, departure, length, arrivals);
    this.#recorder.broadcast(departure, envelope.sequence, arrivals, length);
    for (let to = 0; to < length; to++) if (to !== self) this.#world.route(to, envelope, arrivals[to] as number);
  }

  beginRule(id: string, body: FaultBody): void {
    if (body.kind === 'partition' || body.kind === 'link' || body.kind === 'message') beginRule(this.links, id, body);
  }

  /** Ends a rule at `now`; copies it held back leave with a fresh latency. */
  endRule(id: string, now: Micros): void {
    endRule(this.links, id, now, (held, deliverAt) => {
      const envelope = held.payload as Envelope;
      this.#recorder.copy(now, held.to, envelope.sequence, OUTCOME.delivered | (COPY.release << 4), deliverAt);
      this.#world.route(held.to, envelope, deliverAt);
    });
  }

  /** The links, with envelopes held at cuts replaced by what `strip` gives. */
  capture(strip: (envelope: Envelope) => Envelope): Links {
    const held = this.links.held.map((copy) => ({ ...copy, payload: strip(copy.payload as Envelope) }));
    return { ...this.links, held };
  }

  #seal(item: Outgoing, departure: Micros, correct: boolean): Envelope {
    const world = this.#world;
    const meta = world.protocol.meta(item.message);
    this.#type = meta.type;
    const { bytes, signature } = item;
    const sizeBytes = wireSize(world, item.claimedFrom, item.message, bytes.length);
    const envelope: Envelope = {
      origin: this.#self,
      sequence: this.sequence++,
      claimedFrom: item.claimedFrom,
      bytes,
      signature,
      sizeBytes,
      memo: !correct
        ? null
        : {
            message: item.message,
            type: meta.type,
            proof: { signer: item.claimedFrom, signature },
            valid: undefined,
            ahead: null,
          },
    };
    const isKnown = world.chorus?.hashInto(content, item.claimedFrom, item.message, bytes, signature) === true;
    if (!isKnown) contentHash(world, bytes, signature);
    readDigest(meta.digest);
    this.#recorder.message(
      departure,
      item.claimedFrom,
      envelope.sequence,
      meta.type | (item.tampered ? TAMPERED : 0),
      meta.slot,
      meta.epoch,
      digestWords[0],
      digestWords[1],
      sizeBytes,
      content[0],
      content[1],
    );
    if (world.highlights === 'all') {
      const { type, slot, epoch, digest } = meta;
      world.emit({ kind: 'message', t: departure, node: this.#self, type, slot, epoch, digest, envelope });
    }
    return envelope;
  }

  #post(envelope: Envelope, to: NodeIndex, departure: Micros): void {
    const work = this.#work;
    work.copies[this.#type] = (work.copies[this.#type] as number) + 1;
    work.bytes[this.#type] = (work.bytes[this.#type] as number) + envelope.sizeBytes;
    if (isCalm(this.links)) {
      const arrivesAt = calmArrival(this.links, departure, to);
      this.#recorder.copy(departure, to, envelope.sequence, OUTCOME.delivered, arrivesAt);
      return this.#world.route(to, envelope, arrivesAt);
    }
    const decided = this.#fate;
    fate(this.links, departure, to, envelope.sizeBytes, this.#type, decided);
    const caught = this.links.rules.length === 0 ? null : caughtBy(this.links, envelope.sequence, to);
    if (caught !== null) intervene(decided, caught);
    const { outcome, deliverAt, duplicateAt } = decided;
    this.#recorder.copy(departure, to, envelope.sequence, outcome, deliverAt);
    if (outcome === OUTCOME.delivered) {
      this.#world.route(to, caught?.action === 'alter' ? altered(envelope) : envelope, deliverAt);
    }
    if (outcome !== OUTCOME.held && outcome !== OUTCOME.delivered)
      work.dropped[outcome - 1] = (work.dropped[outcome - 1] as number) + 1;
    if (outcome === OUTCOME.held) hold(this.links, decided, departure, to, envelope.sizeBytes, this.#type, envelope);
    if (duplicateAt < 0) return;
    this.#recorder.copy(departure, to, envelope.sequence, OUTCOME.delivered | (COPY.duplicate << 4), duplicateAt);
    this.#world.route(to, envelope, duplicateAt);
  }
}

/** The first two words of the digest read last: most messages in a row are about the same block. */
const digestWords: [number, number] = [0, 0];
let digestRead = '';

function readDigest(hex: string): void {
  if (hex === digestRead) return;
  digestWords[0] = hexWord(hex, 0);
  digestWords[1] = hexWord(hex, 1);
  digestRead = hex;
}

/** The same message with one bit of its middle byte turned over: its signature stays, and no longer fits. One name, one signature. */
function altered(envelope: Envelope): Envelope {
  const bytes = envelope.bytes.slice();
  const middle = bytes.length >>> 1;
  bytes[middle] = (bytes[middle] as number) ^ 1;
  return { ...envelope, bytes, memo: null };
}

/** First two words of the hash over encoding and signature: pins the message's bytes in the fingerprint. Valid until the next call. */
export function contentHash(world: World, bytes: Uint8Array, signature: Uint8Array): readonly [number, number] {
  // Both are BLAKE3; crossing into WebAssembly only pays for more than a few blocks.
  if (bytes.length + signature.length <= SCRIPT_HASH_MAX) {
    hashTwoWords(bytes, signature, content);
  } else {
    const hash = world.hash(joined(bytes, signature));
    content[0] = wordAt(hash, 0);
    content[1] = wordAt(hash, 4);
  }
  return content;
}

/** Four bytes, the lowest first. */
function wordAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  const high = (bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8);
  return (low | (high << 16)) >>> 0;
}

const content: [number, number] = [0, 0];
const SCRIPT_HASH_MAX = 512;
