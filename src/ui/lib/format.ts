/** How numbers, times, hashes and text from outside are written on the page. Pure. */
import type { Micros } from '../../core/time.ts';

const NARROW_SPACE = '\u202f';

/** Virtual time as `12.430 s`; `from` µs. */
export function formatTime(at: Micros): string {
  return `${(at / 1_000_000).toFixed(3)} s`;
}

/** A virtual duration with the unit that keeps three digits: `840 µs`, `45.2 ms`, `1.20 s`. */
export function formatDuration(micros: Micros): string {
  if (!Number.isFinite(micros)) return '–';
  const size = Math.abs(micros);
  if (size < 1_000) return `${Math.round(micros)} µs`;
  if (size < 1_000_000) return `${(micros / 1_000).toFixed(size < 100_000 ? 1 : 0)} ms`;
  return `${(micros / 1_000_000).toFixed(2)} s`;
}

/** A virtual duration given in ms. */
export function formatMs(ms: number | null): string {
  return ms === null ? '–' : formatDuration(ms * 1_000);
}

/** `3f9a…c2`: enough of a hash to tell it apart by eye. Short texts stay whole. */
export function shortHash(hash: string): string {
  return hash.length <= 8 ? hash : `${hash.slice(0, 4)}…${hash.slice(-2)}`;
}

/** Whole numbers with narrow spaces between thousands: `12 345`. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
}

/** Bytes with a decimal unit: `812 B`, `5.3 kB`, `1.2 MB`, `2.1 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** A rate with sensible digits: `0.98`, `12.4`, `850`. */
export function formatRate(value: number): string {
  if (value >= 100) return formatCount(value);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `1 node`, `3 nodes`. */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : many}`;
}

/** More than one of what a protocol has a word for: `views`, `changes of preference`, `indexes`. */
export function many(words: string): string {
  const [head = '', ...rest] = words.split(' of ');
  const ending = /(s|x|ch|sh)$/.test(head)
    ? `${head}es`
    : /[^aeiou]y$/.test(head)
      ? `${head.slice(0, -1)}ies`
      : `${head}s`;
  return [ending, ...rest].join(' of ');
}

/** `a view change`, `an election`. */
export function withArticle(words: string): string {
  return `${/^[aeiou]/i.test(words) ? 'an' : 'a'} ${words}`;
}

/** A declared name as the page writes it: `VIEW-CHANGE` and `view-change` become `View change`. */
export function sentence(name: string): string {
  const words = name === name.toUpperCase() ? name.toLowerCase() : name;
  return `${words.charAt(0).toUpperCase()}${words.slice(1).replaceAll('-', ' ')}`;
}

const LISTED_IDS = /\b((?:s\d+)?[vc])(\d+)(?:, \1\d+){2,}/g;

/** Ids that follow each other as one range: `v0, v1, v2, v5` becomes `v0–v2, v5`. Other text stays as it is. */
export function foldIds(text: string): string {
  return text.replace(LISTED_IDS, (list, kind: string) => {
    const numbers = list.split(', ').map((id) => Number(id.slice(kind.length)));
    const parts: string[] = [];
    for (let begin = 0, end = 0; begin < numbers.length; begin = ++end) {
      while (numbers[end + 1] === (numbers[end] as number) + 1) end++;
      if (end - begin >= 2) parts.push(`${kind}${numbers[begin]}–${kind}${numbers[end]}`);
      else parts.push(...numbers.slice(begin, end + 1).map((number) => `${kind}${number}`));
    }
    return parts.join(', ');
  });
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text that somebody else wrote, made harmless to show: control characters and invisible direction marks become `␀`-like
 * pictures or `�`, so that they can neither hide nor reorder what stands around them. At most `limit` characters.
 */
export function plainText(text: string, limit = 400): string {
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut.replace(CONTROL, (char) => {
    const code = char.charCodeAt(0);
    if (code === 0x0a || code === 0x09) return ' ';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}
