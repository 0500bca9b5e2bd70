/**
 * Signatures that both ends hold already. A certificate is made of votes that crossed the channels a window or two before, and
 * every node shows its own: at n = 64 that would be ten megabytes a block. So it crosses as names of envelopes. Each side
 * remembers, by the same rule, the envelopes of the last windows; what is older, or came out of a snapshot, crosses as it is.
 * A name stands for one signature only: altering a copy on its way changes its bytes and never the signature beside them.
 */
import { assert } from '../../core/assert.ts';
import type { Envelope } from '../../kernel/envelope.ts';
import type { SignedRef } from '../../protocols/protocol.ts';
import { envelopeName, type Mail } from './mail.ts';

/** How many windows ago a worker may have seen an envelope that it names. */
const WINDOWS_NAMED = 12;
/** The conductor keeps a few more: it sends out in one window what it took in the window before. */
const WINDOWS_KEPT = WINDOWS_NAMED + 2;
/** Deepest list of proofs that is looked for in a certificate. */
const DEPTH_MAX = 4;

type Named = { readonly name: number; readonly window: number };

/** The worker's side: which signatures have crossed, by the identity of their bytes. */
export class CrossedHere {
  #names = new WeakMap<Uint8Array, Named>();

  /** The envelope came with the mail of that window, or leaves with its answer. */
  note(envelope: Envelope, window: number): void {
    this.#names.set(envelope.signature, { name: envelopeName(envelope.origin, envelope.sequence), window });
  }

  clear(): void {
    this.#names = new WeakMap();
  }

  /** Of a signature that crossed after the window `since`; undefined where it did not. */
  nameOf(signature: Uint8Array, since: number): number | undefined {
    const named = this.#names.get(signature);
    return named !== undefined && named.window > since ? named.name : undefined;
  }

  /** A certificate whose lists of proofs are names where the conductor knows them all; the very same one where it knows none. */
  pack(certificate: unknown, window: number): unknown {
    return this.#pack(certificate, window - WINDOWS_NAMED, 0);
  }

  #pack(value: unknown, oldest: number, depth: number): unknown {
    assert(!(value instanceof Float64Array), 'a certificate is plain data');
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || depth > DEPTH_MAX) return value;
    if (Array.isArray(value)) return this.#packProofs(value, oldest) ?? value;
    const entries = Object.entries(value);
    const packed = entries.map(([key, item]) => [key, this.#pack(item, oldest, depth + 1)] as const);
    return packed.every(([, item], place) => item === entries[place]?.[1]) ? value : Object.fromEntries(packed);
  }

  /** Signer and name of each proof; null where one is no proof or has no name. */
  #packProofs(list: readonly unknown[], oldest: number): Float64Array | null {
    const pairs = new Float64Array(2 * list.length);
    for (let i = 0; i < list.length; i++) {
      const proof = list[i];
      const name = isProof(proof) ? this.nameOf(proof.signature, oldest - 1) : undefined;
      if (name === undefined) return null;
      pairs[2 * i] = (proof as SignedRef).signer;
      pairs[2 * i + 1] = name;
    }
    return list.length === 0 ? null : pairs;
  }
}

/** Nothing but signer and signature: whatever else it said would be lost. */
function isProof(value: unknown): value is SignedRef {
  if (typeof value !== 'object' || value === null) return false;
  const { signer, signature } = value as Partial<SignedRef>;
  return typeof signer === 'number' && signature instanceof Uint8Array && Object.keys(value).length === 2;
}

interface Place {
  readonly window: number;
  readonly mail: Mail;
  readonly place: number;
  /** Made when it is first asked for; all certificates share it. */
  proof: SignedRef | null;
}

/** The conductor's side: the mail of the last windows, by name. */
export class CrossedThere {
  readonly #places = new Map<number, Place>();
  #windows: { readonly window: number; readonly names: readonly number[] }[] = [];
  /** Nothing of later windows is forgotten. */
  #since = 0;

  /** The mail that came with an answer of that window. */
  take(mail: Mail, window: number): void {
    const names: number[] = [];
    for (let place = 0; place < mail.envelopeCount; place++) {
      const name = mail.nameOf(place);
      names.push(name);
      this.#places.set(name, { window, mail, place, proof: null });
    }
    if (names.length > 0) this.#windows.push({ window, names });
    this.#forgetBefore(window);
  }

  /** From here on only what crosses after that window is named, but for the last few. */
  settle(window: number): void {
    this.#since = window;
    this.#forgetBefore(window);
  }

  clear(): void {
    this.#places.clear();
    this.#windows = [];
  }

  /** The signature of an envelope. */
  signatureOf(name: number): Uint8Array {
    const { mail, place } = this.#placeOf(name);
    return mail.envelope(place).signature;
  }

  /** The certificate that a worker packed. */
  unpack(certificate: unknown): unknown {
    if (certificate instanceof Float64Array) return this.#proofs(certificate);
    if (typeof certificate !== 'object' || certificate === null) return certificate;
    if (ArrayBuffer.isView(certificate) || Array.isArray(certificate)) return certificate;
    const entries = Object.entries(certificate);
    const unpacked = entries.map(([key, item]) => [key, this.unpack(item)] as const);
    return unpacked.every(([, item], place) => item === entries[place]?.[1])
      ? certificate
      : Object.fromEntries(unpacked);
  }

  #proofs(pairs: Float64Array): SignedRef[] {
    const proofs: SignedRef[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const found = this.#placeOf(pairs[i + 1] as number);
      const signer = pairs[i] as number;
      if (found.proof?.signer !== signer) {
        found.proof = { signer, signature: found.mail.envelope(found.place).signature };
      }
      proofs.push(found.proof);
    }
    return proofs;
  }

  #placeOf(name: number): Place {
    const found = this.#places.get(name);
    assert(found !== undefined, 'what a worker names has crossed since then');
    return found;
  }

  #forgetBefore(window: number): void {
    const oldest = Math.min(window - WINDOWS_KEPT, this.#since);
    while ((this.#windows[0]?.window ?? oldest) < oldest) this.#forget();
  }

  /** The oldest window; a name that has come again since (a copy held back at a cut) stays. */
  #forget(): void {
    const oldest = this.#windows.shift();
    for (const name of oldest?.names ?? []) {
      if (this.#places.get(name)?.window === oldest?.window) this.#places.delete(name);
    }
  }
}
