/** What the published JSON Schema allows at a path. Pure; reads the keywords that the schema uses. */
import type { Path } from './jsonPath.ts';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** Every schema that a value at the path may follow. `document`: what is written so far, to choose among alternatives. */
export function schemasAt(root: Schema, path: Path, document: unknown): readonly Schema[] {
  let schemas = alternatives(root, root);
  let value = document;
  for (const key of path) {
    const fitting = narrowed(schemas, value);
    schemas = fitting.flatMap((schema) => {
      const next = typeof key === 'number' ? schema.items : schema.properties?.[key];
      return next === undefined ? [] : alternatives(next, root);
    });
    value = (value as Record<string | number, unknown> | null | undefined)?.[key];
  }
  return narrowed(schemas, value);
}

/** Alternatives whose constants (`"kind": "crash"`) agree with what is written; all of them where none does. */
function narrowed(schemas: readonly Schema[], value: unknown): readonly Schema[] {
  if (typeof value !== 'object' || value === null) return schemas;
  const fitting = schemas.filter(({ properties }) =>
    Object.entries(properties ?? {}).every(([name, { const: wanted }]) => {
      const found = (value as Record<string, unknown>)[name];
      return wanted === undefined || found === undefined || found === wanted;
    }),
  );
  return fitting.length > 0 ? fitting : schemas;
}

function alternatives(schema: Schema, root: Schema): readonly Schema[] {
  const target = schema.$ref === undefined ? schema : (resolve(schema.$ref, root) ?? {});
  const inner = [...(target.anyOf ?? []), ...(target.oneOf ?? []), ...(target.allOf ?? [])];
  if (inner.length === 0) return [schema === target ? target : { ...target, ...described(schema) }];
  return inner.flatMap((each) => alternatives({ ...described(target), ...each }, root));
}

function described({ description }: Schema): Schema {
  return description === undefined ? {} : { description };
}

/** `#/$defs/name` */
function resolve(reference: string, root: Schema): Schema | undefined {
  const name = /^#\/\$defs\/(.+)$/.exec(reference)?.[1];
  return name === undefined ? root : root.$defs?.[name];
}

export interface Offer {
  readonly text: string;
  readonly detail: string;
}

/** Names of properties that an object at the path may still get. */
export function propertyOffers(root: Schema, path: Path, document: unknown): readonly Offer[] {
  const present = valueAt(document, path);
  const has = (name: string) => typeof present === 'object' && present !== null && Object.hasOwn(present, name);
  const offers = new Map<string, Offer>();
  for (const { properties } of schemasAt(root, path, document)) {
    for (const [name, schema] of Object.entries(properties ?? {})) {
      if (!has(name) && !offers.has(name)) offers.set(name, { text: name, detail: detailOf(schema, root) });
    }
  }
  return [...offers.values()];
}

/** Values, as JSON, that may stand at the path: constants, enumerations, truths, null. */
export function valueOffers(root: Schema, path: Path, document: unknown): readonly Offer[] {
  const offers = new Map<string, Offer>();
  for (const schema of schemasAt(root, path, document)) {
    const values = [
      ...(schema.const === undefined ? [] : [schema.const]),
      ...(schema.enum ?? []),
      ...(schema.type === 'boolean' ? [true, false] : []),
      ...(schema.type === 'null' ? [null] : []),
      ...(schema.default === undefined ? [] : [schema.default]),
    ];
    for (const value of values)
      offers.set(JSON.stringify(value), { text: JSON.stringify(value), detail: schema.description ?? '' });
  }
  return [...offers.values()];
}

function detailOf(schema: Schema, root: Schema): string {
  const types = alternatives(schema, root).map(({ type, enum: listed, const: constant }) =>
    constant !== undefined ? JSON.stringify(constant) : (listed?.length ?? 0) > 0 ? 'choice' : String(type ?? 'value'),
  );
  return schema.description ?? [...new Set(types)].join(' | ');
}

function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const key of path) value = (value as Record<string | number, unknown> | null | undefined)?.[key];
  return value;
}
