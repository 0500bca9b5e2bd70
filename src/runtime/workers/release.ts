/**
 * Gives the memory of a buffer back at once, where the platform can (`ArrayBuffer.prototype.transfer`, ECMAScript 2024), instead
 * of when the collector comes by: it hardly looks at what lies outside the heap, and every worker of a large testnet gets
 * the mail of all. The buffer is empty afterwards.
 */
export function release(buffer: ArrayBufferLike): void {
  (buffer as { transfer?(lengthBytes: number): ArrayBuffer }).transfer?.(0);
}
