/** Reads an ITF trace by the rules of Apalache's ADR 015 into plain values. Written without the writer's code. */
export interface ItfTrace {
  readonly vars: readonly string[];
  readonly states: readonly Readonly<Record<string, unknown>>[];
}

/** @throws Error naming what breaks a rule */
export function readItf(text: string): ItfTrace {
  const document = JSON.parse(text) as Record<string, unknown>;
  const meta = document['#meta'] as { format?: unknown } | undefined;
  if (meta?.format !== 'ITF') throw new Error('#meta.format is not ITF');
  const { vars, params, states, loop } = document as { vars: unknown; params: unknown; states: unknown; loop: unknown };
  if (!isNames(vars) || !isNames(params)) throw new Error('vars and params are lists of names');
  if (new Set(vars).size !== vars.length) throw new Error('a variable is declared twice');
  for (const name of vars) if (!/^[A-Za-z]\w*$/.test(name)) throw new Error(`${name} is no identifier`);
  if (!Array.isArray(states) || states.length === 0) throw new Error('no states');
  if (loop !== undefined && !(Number.isInteger(loop) && (loop as number) < states.length)) throw new Error('loop');
  return { vars, states: states.map((state, index) => readState(state, index, vars)) };
}

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

function readState(state: unknown, index: number, vars: readonly string[]): Record<string, unknown> {
  const { '#meta': meta, ...set } = state as { '#meta'?: { index?: unknown } } & Record<string, unknown>;
  if (meta?.index !== index) throw new Error(`state ${index} says it is ${String(meta?.index)}`);
  const names = Object.keys(set).sort();
  const wanted = [...vars].sort();
  if (JSON.stringify(names) !== JSON.stringify(wanted)) throw new Error(`state ${index} sets ${names.join(', ')}`);
  return Object.fromEntries(vars.map((name) => [name, readValue(set[name], `state ${index}, ${name}`)]));
}

function readValue(value: unknown, where: string): unknown {
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new Error(`${where}: ${value} must be a #bigint`);
    return value;
  }
  if (Array.isArray(value)) return value.map((item, i) => readValue(item, `${where}[${i}]`));
  if (typeof value !== 'object' || value === null) throw new Error(`${where}: ${String(value)} is no ITF value`);
  const entries = Object.entries(value);
  const [tag, inner] = entries[0] ?? ['', null];
  if (!tag.startsWith('#')) return readRecord(entries, where);
  if (entries.length !== 1) throw new Error(`${where}: ${tag} stands alone`);
  return readTagged(tag, inner, where);
}

function readRecord(entries: readonly [string, unknown][], where: string): Record<string, unknown> {
  for (const [key] of entries) if (key.startsWith('#')) throw new Error(`${where}: a record has the key ${key}`);
  return Object.fromEntries(entries.map(([key, value]) => [key, readValue(value, `${where}.${key}`)]));
}

function readTagged(tag: string, inner: unknown, where: string): unknown {
  if (tag === '#bigint') {
    if (typeof inner !== 'string' || !/^-?\d+$/.test(inner)) throw new Error(`${where}: #bigint ${String(inner)}`);
    return BigInt(inner);
  }
  if (!Array.isArray(inner)) throw new Error(`${where}: ${tag} is no list`);
  if (tag === '#tup') return inner.map((item) => readValue(item, where));
  if (tag === '#set') return new Set(inner.map((item) => readValue(item, where)));
  if (tag !== '#map') throw new Error(`${where}: ${tag} is unknown`);
  const map = new Map<unknown, unknown>();
  for (const pair of inner) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new Error(`${where}: #map of other than pairs`);
    const key = readValue(pair[0], where);
    if (map.has(key)) throw new Error(`${where}: key ${String(key)} twice`);
    map.set(key, readValue(pair[1], where));
  }
  return map;
}
