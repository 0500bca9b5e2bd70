/**
 * UTF-8 for the texts of the trace. The deterministic layers know no TextEncoder (it belongs to the platform); the tests
 * prove these equal to it, byte for byte, for every text and for damaged bytes too.
 */

const REPLACEMENT = 0xfffd;

/** The UTF-8 bytes of a text; half a surrogate pair becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    pushPoint(bytes, point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point);
  }
  return Uint8Array.from(bytes);
}

function pushPoint(bytes: number[], point: number): void {
  if (point < 0x80) bytes.push(point);
  else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
  else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
  else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
}

const tail = (bits: number): number => 0x80 | (bits & 0x3f);

/**
 * The text behind bytes; each longest piece that could still have become a character, and each byte that could not,
 * becomes U+FFFD. Ref: WHATWG Encoding Standard, UTF-8 decoder.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    let point = length < 2 ? first : first & (0x7f >> length);
    let taken = 1;
    for (; taken < length; taken++) {
      const next = bytes[at + taken] ?? 0;
      const [low, high] = taken === 1 ? secondRange(first) : ANY_TAIL;
      if (next < low || next > high) break;
      point = (point << 6) | (next & 0x3f);
    }
    text += String.fromCodePoint(taken === length ? point : REPLACEMENT);
    at += taken;
  }
  return text;
}

const ANY_TAIL = [0x80, 0xbf] as const;

/** What may follow the first byte: no overlong forms, no surrogates, nothing above U+10FFFF. */
function secondRange(first: number): readonly [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf];
  if (first === 0xed) return [0x80, 0x9f];
  if (first === 0xf0) return [0x90, 0xbf];
  if (first === 0xf4) return [0x80, 0x8f];
  return ANY_TAIL;
}
