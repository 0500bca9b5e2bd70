/** What the form shows of the text and how it writes it. Pure. */
import { parseJson } from '../../../../scenario/json.ts';
import { plainText } from '../../../lib/format.ts';

export interface FormField {
  readonly path: readonly [string, ...string[]];
  readonly label: string;
  readonly kind: 'text' | 'number' | 'choice';
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly unit?: string;
}

/** What most people change first; everything else is a line of JSON away. */
export const FORM_FIELDS: readonly FormField[] = [
  { path: ['name'], label: 'Name', kind: 'text' },
  { path: ['protocol', 'name'], label: 'Protocol', kind: 'choice' },
  { path: ['seed'], label: 'Seed', kind: 'number', min: 0, max: 2 ** 32 - 1 },
  { path: ['validators'], label: 'Validators', kind: 'number', min: 1, max: 128 },
  { path: ['clients'], label: 'Clients', kind: 'number', min: 0, max: 16 },
  { path: ['network', 'loss'], label: 'Loss', kind: 'number', min: 0, max: 1, step: 0.01 },
  { path: ['network', 'bandwidthMbps'], label: 'Bandwidth', kind: 'number', min: 0, max: 100_000, unit: 'Mbit/s' },
  { path: ['workload', 'ratePerSecond'], label: 'Transfers', kind: 'number', min: 0, max: 5_000, unit: 'per s' },
  { path: ['stop', 'height'], label: 'Stop at height', kind: 'number', min: 1, max: 1_000_000 },
];

/** The document, or null while the text is no JSON object. */
export function documentOf(text: string): Readonly<Record<string, unknown>> | null {
  const parsed = parseJson(text);
  if ('problems' in parsed) return null;
  const { value } = parsed;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

export function fieldValue(document: Readonly<Record<string, unknown>>, { path }: FormField): unknown {
  let value: unknown = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The protocols on offer, and before them what the text says instead, if anything: a field must not show what is not there. */
export function protocolOptions(
  value: unknown,
  protocols: readonly { readonly name: string; readonly title: string }[],
): readonly { readonly value: string; readonly label: string }[] {
  const options = protocols.map(({ name, title }) => ({ value: name, label: title }));
  const said = typeof value === 'string' ? value : '';
  if (options.some((option) => option.value === said)) return options;
  return [{ value: said, label: said === '' ? 'none' : `${plainText(said, 24)}: unknown` }, ...options];
}

/** The text with one value changed; objects on the way are made where they are missing. */
export function withField(document: Readonly<Record<string, unknown>>, { path }: FormField, value: unknown): string {
  const set = (inner: unknown, [key, ...rest]: readonly string[]): unknown => {
    if (key === undefined) return value;
    const object = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
    return { ...object, [key]: set(object[key], rest) };
  };
  return `${JSON.stringify(set(document, path), null, 2)}\n`;
}
