/** One text for each plain value: keys and entries of maps and sets in sorted order, so that equal states have equal texts. */
import { toHex } from '../../core/encoding.ts';

export function plainText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (ArrayBuffer.isView(value)) {
    return `<${toHex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))}>`;
  }
  if (Array.isArray(value)) return `[${value.map(plainText).join()}]`;
  if (value instanceof Map) {
    return `M{${[...value]
      .map(([key, item]) => `${plainText(key)}:${plainText(item)}`)
      .sort()
      .join()}}`;
  }
  if (value instanceof Set) return `S{${[...value].map(plainText).sort().join()}}`;
  const entries = Object.entries(value).map(([key, item]) => `${key}:${plainText(item)}`);
  return `{${entries.sort().join()}}`;
}
