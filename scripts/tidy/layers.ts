/** The import table: which layer may know which. */

/** From the bottom up. A layer may import those of lower rows; layers of one row do not know each other. */
const ROWS: readonly (readonly string[])[] = [
  ['core'],
  ['crypto'],
  ['ledger'],
  ['sharding'],
  ['protocols'],
  ['kernel'],
  ['runtime'],
  ['storage', 'checks'],
  ['scenario'],
  ['session'],
  ['explore'],
  ['cli', 'ui'],
  ['app'],
];

/** Layers whose code decides what a run does: no clock, no chance, no platform. */
export const DETERMINISTIC: ReadonlySet<string> = new Set([
  'core',
  'crypto',
  'ledger',
  'sharding',
  'protocols',
  'kernel',
]);

export function isLayer(name: string): boolean {
  return rowOf(name) !== -1;
}

export function mayImport(from: string, to: string): boolean {
  return from === to || rowOf(to) < rowOf(from);
}

/**
 * Folders beside each other that must not know each other. What lies directly in their parent may know all of them.
 */
export interface Fence {
  /** Path of the folders' parent, from the repository's root. */
  readonly parent: string;
  /** Folders that all others may import. */
  readonly shared: readonly string[];
  /** Files of the parent that the folders may import; null = all. */
  readonly files: readonly string[] | null;
}

export const FENCES: readonly Fence[] = [
  { parent: 'src/protocols', shared: ['client', 'common'], files: ['protocol.ts', 'net.ts', 'crossing.ts'] },
  { parent: 'src/ui/features', shared: [], files: null },
];

/** Why `from` may not import `to` under this fence, or null. */
export function fenceProblem(fence: Fence, from: string, to: string): string | null {
  const source = inside(fence, from);
  const target = inside(fence, to);
  if (source === null || target === null || source.folder === null || source.folder === target.folder) return null;
  if (target.folder !== null) {
    return fence.shared.includes(target.folder)
      ? null
      : `${fence.parent}/${source.folder} must not know ${target.folder}`;
  }
  const allowed = fence.files === null || fence.files.includes(target.rest);
  return allowed ? null : `${fence.parent}/${source.folder} must not know ${target.rest}`;
}

function inside({ parent }: Fence, path: string): { folder: string | null; rest: string } | null {
  if (!path.startsWith(`${parent}/`)) return null;
  const parts = path.slice(parent.length + 1).split('/');
  const [folder = ''] = parts;
  return parts.length === 1 ? { folder: null, rest: folder } : { folder, rest: parts.slice(1).join('/') };
}

function rowOf(layer: string): number {
  return ROWS.findIndex((row) => row.includes(layer));
}
