/** Damage to messages, for the tests of parsers. */

/** Copies of a plain value, each with one thing wrong; bytes and free numbers that may hold anything are left alone. */
export function* damaged(value: unknown): Generator<unknown> {
  if (value instanceof Uint8Array) {
    yield [...value];
    return;
  }
  if (Array.isArray(value)) {
    yield Object.fromEntries(value.map((item, i) => [i, item]));
    for (const broken of value.length > 0 ? damaged(value[0]) : []) yield [broken, ...value.slice(1)];
    return;
  }
  if (typeof value === 'number') return yield* [value + 0.5, -1, -0, Number.NaN, `${value}`, null, 2 ** 53];
  if (typeof value === 'string') return yield* [`${value}0`, 7, null, ''];
  if (typeof value !== 'object' || value === null) return;
  const entries = Object.entries(value);
  yield { ...value, surplus: 1 };
  for (const [key, item] of entries) {
    yield Object.fromEntries(entries.filter(([other]) => other !== key));
    for (const broken of damaged(item)) yield { ...value, [key]: broken };
  }
}
