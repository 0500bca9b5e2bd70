/** One buffer of the thread for bytes that are looked at once and at once: joining would otherwise make garbage a message. */
let scratch = new Uint8Array(8192);
/** What was answered last: the messages of a round have one length, and even a view is an object. */
let view = scratch;

/** `first ‖ second`, valid until the next call. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const length = first.length + second.length;
  if (length > scratch.length) scratch = new Uint8Array(2 * length);
  scratch.set(first, 0);
  scratch.set(second, first.length);
  if (view.length !== length || view.buffer !== scratch.buffer) view = scratch.subarray(0, length);
  return view;
}
