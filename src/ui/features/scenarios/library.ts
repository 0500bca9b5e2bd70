/** The library as it is searched and pictured, from nothing but its scenarios. Pure. */
import { nodeName } from '../../../core/ids.ts';
import type { Preset } from '../../../scenario/library.ts';

/** Presets in whose words every word of the query occurs. */
export function matching(presets: readonly Preset[], query: string): readonly Preset[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return presets.filter((preset) => {
    const text = wordsOf(preset);
    return words.every((word) => text.includes(word));
  });
}

/** Presets of one protocol, in the order of the library. */
export interface Shelf {
  /** Its name in scenarios. */
  readonly protocol: string;
  readonly title: string;
  readonly presets: readonly Preset[];
}

/** The library by protocol, in the order in which the protocols are listed; those without a scenario are left out. */
export function byProtocol(
  presets: readonly Preset[],
  protocols: readonly { readonly name: string; readonly title: string }[],
): readonly Shelf[] {
  return protocols.flatMap(({ name, title }) => {
    const own = presets.filter(({ scenario }) => scenario.protocol.name === name);
    return own.length === 0 ? [] : [{ protocol: name, title, presets: own }];
  });
}

/** Every shelf at once. */
export const ALL = 'all';
/** The shelf of the protocol that runs, whichever that is. */
export const PRESENT = 'present';

/** The shelf to show for a choice: that of the running protocol, or all where nothing runs yet or it has none. */
export function shelfOf(chosen: string, running: string, shelves: readonly Shelf[]): string {
  if (chosen !== PRESENT) return chosen;
  return shelves.some(({ protocol }) => protocol === running) ? running : ALL;
}

/** What a preset is about: its texts, its protocol, and the kinds of faults and behaviours in it. */
function wordsOf({ id, title, teaches, level, scenario, violates }: Preset): string {
  const { protocol, faults = [] } = scenario;
  const kinds = faults.flatMap((fault) => [fault.kind, 'behaviour' in fault ? fault.behaviour : '']);
  const parts = [id, title, teaches, level, protocol.name, protocol.mutant ?? '', violates ?? '', ...kinds];
  return parts.join(' ').toLowerCase();
}

export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly look: 'correct' | 'crashed' | 'byzantine' | 'slow';
}

/** A ring of validators as they stand once the faults are on; coordinates within a square of the given side. */
export interface LibraryPicture {
  readonly dots: readonly Dot[];
  readonly radius: number;
  /** Whether a partition runs through it. */
  readonly cut: boolean;
  /** Whether it is broken on purpose. */
  readonly mutant: boolean;
}

const DOTS_MAX = 20;

export function pictureOf({ scenario }: Preset, side: number): LibraryPicture {
  const { validators = 4, shards = null, faults = [], protocol } = scenario;
  const validatorsPerShard = shards === null ? null : (shards.validatorsPerShard ?? 1);
  const given = Array.isArray(validators) ? validators.length : validators;
  const validatorCount =
    shards === null ? given : ((shards.count ?? 4) + (shards.spare ?? 0)) * (validatorsPerShard ?? 1);
  const count = Math.min(DOTS_MAX, validatorCount);
  const looks = new Map<string, Dot['look']>();
  for (const fault of faults) {
    if (fault.kind === 'crash') looks.set(fault.target, 'crashed');
    if (fault.kind === 'slow') looks.set(fault.target, 'slow');
    if (fault.kind === 'byzantine') looks.set(fault.target, 'byzantine');
  }
  const radius = Math.max(1.2, Math.min(side / 9, (side * 0.9) / count));
  const reach = side / 2 - radius - 1;
  const dots = Array.from({ length: count }, (_, node): Dot => {
    const angle = (2 * Math.PI * node) / count - Math.PI / 2;
    const [x, y] = [side / 2 + reach * Math.cos(angle), side / 2 + reach * Math.sin(angle)];
    return { x, y, look: looks.get(nodeName(node, { validatorCount, validatorsPerShard })) ?? 'correct' };
  });
  const cut = faults.some(({ kind }) => kind === 'partition');
  return { dots, radius, cut, mutant: (protocol.mutant ?? null) !== null };
}
