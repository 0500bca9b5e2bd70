/** Says in words what the schema wants at a path, read from its JSON Schema, so that both always tell the same. */
import { scenarioJsonSchema } from './schema.ts';
import { oneOf } from './show.ts';

/** The part of JSON Schema that the scenario's schema uses. */
interface Node {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly description?: string;
}

const ROOT = scenarioJsonSchema() as Node;

/** What the schema expects at `path` of `document`, e.g. `an integer from 0 to 4294967295`. */
export function expectedAt(document: unknown, path: readonly PropertyKey[]): string {
  const found = walk(document, path);
  return found === null ? 'nothing here' : inWords(found.node);
}

/** The keys that the object at `path` may have, in the schema's order. */
export function knownKeysAt(document: unknown, path: readonly PropertyKey[]): readonly string[] {
  const found = walk(document, path);
  return found === null ? [] : Object.keys(choose(found.node, found.value).properties ?? {});
}

function walk(
  document: unknown,
  path: readonly PropertyKey[],
): { readonly node: Node; readonly value: unknown } | null {
  let node = ROOT;
  let value = document;
  for (const key of path) {
    const parent = choose(node, value);
    const next = childOf(node, parent, key);
    if (next === null) return null;
    node = next;
    value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return { node, value };
}

function childOf(node: Node, chosen: Node, key: PropertyKey): Node | null {
  if (typeof key === 'number') return chosen.items ?? null;
  const name = String(key);
  // An unknown discriminator: any of the union's words would do.
  const words = (node.oneOf ?? []).map((branch) => branch.properties?.[name]?.const);
  if (words.length > 0 && words.every((word) => word !== undefined)) return { enum: words };
  if (chosen.properties !== undefined && Object.hasOwn(chosen.properties, name)) return chosen.properties[name] ?? null;
  return typeof chosen.additionalProperties === 'object' ? chosen.additionalProperties : null;
}

/** The branch of a union that `value` is meant for: by its `kind`, else by its type. */
function choose(node: Node, value: unknown): Node {
  const branches = node.oneOf ?? node.anyOf;
  if (branches === undefined) return node;
  const kind = typeof value === 'object' && value !== null ? (value as { kind?: unknown }).kind : undefined;
  const byKind = branches.find((branch) => branch.properties?.kind?.const === kind && kind !== undefined);
  if (byKind !== undefined) return byKind;
  const type = Array.isArray(value) ? 'array' : typeof value;
  const match = branches.find((branch) => branch.type === type) ?? branches.find((branch) => branch.type !== 'null');
  return match === undefined ? node : choose(match, value);
}

function inWords(node: Node): string {
  const branches = node.oneOf ?? node.anyOf;
  if (branches !== undefined) return [...new Set(branches.map(inWords))].join(' or ');
  if (node.enum !== undefined) return oneOf(node.enum.map(String));
  if (node.const !== undefined) return oneOf([String(node.const)]);
  switch (node.type) {
    case 'integer':
      return `a whole number${range(node.minimum, node.maximum, '')}`;
    case 'number':
      return `a number${range(node.minimum, node.maximum, '')}`;
    case 'string':
      return `text${range(node.minLength, node.maxLength, ' characters')}`;
    case 'array':
      return `a list${range(node.minItems, node.maxItems, ' entries')}`;
    case 'object':
      return 'an object';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    default:
      return 'a value';
  }
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  const word = unit === '' ? ' from' : ' of';
  if (least !== undefined && most !== undefined) return `${word} ${least} to ${most}${unit}`;
  if (least !== undefined) return ` of at least ${least}${unit}`;
  return most === undefined ? '' : ` of at most ${most}${unit}`;
}
