/** How values of an untrusted document are shown in a message: short, on one line, nothing invisible. */

const VALUE_LIMIT = 80;
const TEXT_LIMIT = 60;

/** Controls, format characters (bidirectional marks, joiners), lone surrogates, line separators, unassigned, private use. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** The text with every invisible character as `\uXXXX`. */
export function escapeInvisible(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    let escaped = '';
    for (let i = 0; i < character.length; i++) escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    return escaped;
  });
}

/** A text as a short JSON string. */
export function showText(text: string): string {
  const cut = text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}…` : text;
  return escapeInvisible(JSON.stringify(cut));
}

/** Plain data as JSON of at most `VALUE_LIMIT` characters and a mark of what was cut; `undefined` reads as `nothing`. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const shown = print(value, VALUE_LIMIT);
  return shown.length > VALUE_LIMIT ? `${shown.slice(0, VALUE_LIMIT)}…` : shown;
}

/** JSON of a value, given up (with `…`) once `room` characters are used. */
function print(value: unknown, room: number): string {
  if (typeof value === 'string') return showText(value);
  if (value === null || typeof value !== 'object') return String(value);
  const isList = Array.isArray(value);
  const entries = isList ? value.map((item) => ['', item] as const) : Object.entries(value);
  let out = isList ? '[' : '{';
  for (const [index, [key, item]] of entries.entries()) {
    if (index > 0) out += ',';
    if (out.length >= room) return `${out}…`;
    if (!isList) out += `${showText(key)}:`;
    out += print(item, room - out.length);
  }
  return out + (isList ? ']' : '}');
}

/** `faults[2].target`; keys that are no plain words stand in brackets, quoted. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (typeof key === 'string' && /^[A-Za-z_$][\w$-]{0,59}$/.test(key)) text += text === '' ? key : `.${key}`;
    else text += `[${showText(String(key))}]`;
  }
  return text;
}

/** `"a", "b" or "c"`, cut after `limit` words. */
export function oneOf(words: readonly string[], limit = 24): string {
  if (words.length === 0) return 'nothing';
  const quoted = words.slice(0, limit).map(showText);
  if (words.length > limit) return `one of ${quoted.join(', ')}, …`;
  if (quoted.length === 1) return quoted[0] ?? '';
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
