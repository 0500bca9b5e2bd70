import type { NodeIndex } from '../core/ids.ts';
import type { Envelope } from '../kernel/envelope.ts';
import type { Highlight } from '../kernel/trace/highlights.ts';

const BYTES_MAX = 24 * 1024 * 1024;
/**
 * What an envelope takes besides its bytes and signature: two arrays with their buffers, a key, and the message as objects once it
 * was looked at. Measured in Chromium: with modelled signatures it is more than the bytes.
 */
const OVERHEAD_BYTES = 1_000;

/** The messages of the recent past, for the inspector: bounded by what they take, oldest forgotten first. */
export class EnvelopeMemory {
  readonly #envelopes = new Map<string, Envelope>();
  #bytes = 0;

  keep(highlights: readonly Highlight[]): void {
    for (const highlight of highlights) if (highlight.kind === 'message') this.add(highlight.envelope);
  }

  add(envelope: Envelope): void {
    const key = `${envelope.origin}#${envelope.sequence}`;
    if (!this.#envelopes.has(key)) this.#bytes += sizeOf(envelope);
    this.#envelopes.set(key, envelope);
    for (const [oldest, dropped] of this.#envelopes) {
      if (this.#bytes <= BYTES_MAX) break;
      this.#envelopes.delete(oldest);
      this.#bytes -= sizeOf(dropped);
    }
  }

  get(origin: NodeIndex, sequence: number): Envelope | null {
    return this.#envelopes.get(`${origin}#${sequence}`) ?? null;
  }
}

function sizeOf(envelope: Envelope): number {
  return envelope.bytes.length + envelope.signature.length + OVERHEAD_BYTES;
}
