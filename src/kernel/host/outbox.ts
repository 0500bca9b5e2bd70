/** The way out of a node: gives every message its number, records it, and asks the links what becomes of each copy. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { hashTwoWords } from '../../crypto/hash.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type { Envelope } from '../envelope.ts';
import { joined } from './scratch.ts';
import {
  beginRule,
  caughtBy,
  createFate,
  createLinks,
  endRule,
  type Fate,
  fate,
  hold,
  intervene,
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
      if (item.to === EVERYONE) {
        const { length } = this.#world.plan.validators;
        for (let to = 0; to < length; to++) if (to !== this.#self) this.#post(envelope, to, departure);
      } else {
        this.#post(envelope, item.to, departure);
      }
    }
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
    const content = contentHash(world, bytes, signature);
    this.#recorder.message(
      departure,
      item.claimedFrom,
      envelope.sequence,
      meta.type | (item.tampered ? TAMPERED : 0),
      meta.slot,
      meta.epoch,
      hexWord(meta.digest, 0),
      hexWord(meta.digest, 1),
      sizeBytes,
      content[0],
      content[1],
    );
    if (world.highlights === 'all') {
      world.emit({ kind: 'message', t: departure, node: this.#self, ...meta, envelope });
    }
    return envelope;
  }

  #post(envelope: Envelope, to: NodeIndex, departure: Micros): void {
    const decided = this.#fate;
    const work = this.#work;
    work.copies[this.#type] = (work.copies[this.#type] as number) + 1;
    work.bytes[this.#type] = (work.bytes[this.#type] as number) + envelope.sizeBytes;
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

/** The same message with one bit of its middle byte turned over: its signature no longer fits. */
function altered(envelope: Envelope): Envelope {
  const bytes = envelope.bytes.slice();
  const middle = bytes.length >>> 1;
  bytes[middle] = (bytes[middle] as number) ^ 1;
  return { ...envelope, bytes, memo: null };
}

/** First two words of the hash over encoding and signature: pins the message's bytes in the fingerprint. Valid until the next call. */
export function contentHash(world: World, bytes: Uint8Array, signature: Uint8Array): readonly [number, number] {
  const whole = joined(bytes, signature);
  // Both are BLAKE3; crossing into WebAssembly only pays for more than a few blocks.
  if (whole.length <= SCRIPT_HASH_MAX) {
    hashTwoWords(whole, content);
  } else {
    const hash = world.hash(whole);
    const view = new DataView(hash.buffer, hash.byteOffset);
    content[0] = view.getUint32(0, true);
    content[1] = view.getUint32(4, true);
  }
  return content;
}

const content: [number, number] = [0, 0];
const SCRIPT_HASH_MAX = 512;
