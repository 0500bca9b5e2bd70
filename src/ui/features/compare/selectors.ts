/** What form and table of a comparison show. Pure. */
import {
  addressPart,
  type ColumnHeading,
  type Comparison,
  type ComparisonRequest,
  FAULT_CASES,
  figureText,
  isRepeated,
  median,
  type Measure,
  type Measured,
  MEASURES,
  PROTOCOLS_MIN,
  readVariation,
  requestOf,
  SHIPPED,
  shippedById,
  standings,
  variationText,
  VERDICT_ID,
} from '../../../explore/compare/index.ts';
import type { Declaration } from '../../../protocols/protocol.ts';
import type { Scenario } from '../../../scenario/index.ts';
import type { Option } from '../../components/controls.tsx';
import { formatBytes } from '../../lib/format.ts';
import type { Choice } from './desk.ts';

/** The run that the page shows, in the place of a shipped comparison. */
export const PRESENT = 'present';
const COLUMNS = 4;

export const WHAT_OPTIONS: readonly Option[] = [
  { value: PRESENT, label: 'The scenario on screen' },
  ...SHIPPED.map(({ id, title }) => ({ value: id, label: title })),
];

const VARY_USUAL = [
  '',
  'validators:4,7,10,16',
  'validators:4,7,10,16,31',
  'faults',
  'faults:none,one-crash,one-liar',
  'faults:none,slow-other,slow-leader',
  'seeds:1,2,3,4,5',
];

/** The usual rows, and those of the present choice where they are others. */
export function varyOptions(chosen: string): Option[] {
  const texts = VARY_USUAL.includes(chosen) ? VARY_USUAL : [...VARY_USUAL, chosen];
  return texts.map((value) => ({ value, label: varyLabel(value) }));
}

export function varyLabel(text: string): string {
  const vary = readVariation(text, 'vary');
  if ('problem' in vary || vary.kind === 'none') return 'One: the scenario as it is';
  if (vary.kind === 'validators') return `Validators: ${vary.counts.join(', ')}`;
  if (vary.kind === 'seeds') return `Seeds: ${vary.seeds.join(', ')}`;
  if (text === 'faults') return 'Up to f faults, and f+1';
  const labels = vary.cases.map((id) => FAULT_CASES.find((known) => known.id === id)?.label ?? id);
  return `Faults: ${labels.join(', ')}`;
}

export function protocolOptions(declarations: readonly Declaration[], mayBeFree: boolean): Option[] {
  const named = declarations.map(({ name, title }) => ({ value: name, label: title }));
  return mayBeFree ? [{ value: '', label: '–' }, ...named] : named;
}

/** The form of a shipped comparison, or of the run at hand with its protocol first. */
export function choiceOf(what: string, present: string, all: readonly string[]): Choice {
  const shipped = shippedById(what);
  if (shipped !== null) {
    const { protocols, vary } = requestOf(shipped);
    return { what, protocols: padded(protocols), vary: variationText(vary) };
  }
  return {
    what: PRESENT,
    protocols: padded([present, ...all.filter((name) => name !== present)].slice(0, 3)),
    vary: '',
  };
}

export function padded(protocols: readonly string[]): string[] {
  return Array.from({ length: COLUMNS }, (_, i) => protocols[i] ?? '');
}

/** Why the form cannot be run, or null. */
export function choiceProblem({ protocols }: Choice): string | null {
  const named = protocols.filter((name) => name !== '');
  if (named.length < PROTOCOLS_MIN) return `Choose at least ${PROTOCOLS_MIN} protocols.`;
  return new Set(named).size < named.length ? 'Choose each protocol once.' : null;
}

/** The request of a form. `present`: the scenario of the page. */
export function requestFor(choice: Choice, present: Scenario | null): ComparisonRequest | null {
  const protocols = choice.protocols.filter((name) => name !== '');
  const vary = readVariation(choice.vary, 'vary');
  if ('problem' in vary) return null;
  const shipped = shippedById(choice.what);
  if (shipped !== null) return { ...requestOf(shipped, protocols), vary };
  if (present === null) return null;
  return { name: present.name, base: present, protocols, vary, realSignatures: false };
}

/** The shipped comparison that a request is, unchanged; null where it is somebody's own. */
export function shippedOf(request: ComparisonRequest): string | null {
  const same = SHIPPED.find((shipped) => {
    const other = requestOf(shipped);
    return (
      JSON.stringify(other.base) === JSON.stringify(request.base) &&
      addressPart(other.protocols, other.vary) === addressPart(request.protocols, request.vary)
    );
  });
  return same?.id ?? null;
}

export function measureOptions(): Option[] {
  return [
    { value: VERDICT_ID, label: 'Verdict' },
    ...MEASURES.map((measure) => ({ value: measure.id, label: measureTitle(measure) })),
  ];
}

/** Written with the unit that suits each figure. */
const BYTES = 'B';

export function measureTitle({ label, unit }: Pick<Measure, 'label' | 'unit'>): string {
  return unit === '' || unit === BYTES ? label : `${label}, ${unit}`;
}

/** The measure to look at first. */
export function firstMeasure(request: ComparisonRequest): string {
  const id = shippedOf(request);
  const shipped = id === null ? null : shippedById(id);
  if (shipped !== null) return shipped.measure;
  return request.vary.kind === 'faults' ? VERDICT_ID : 'messages-per-decision';
}

export interface Figure {
  readonly text: string;
  readonly isBest: boolean;
  /** `×3.9`: how many times worse than the best; '' for the best and where nothing is worse. */
  readonly worse: string;
  /** At least twice as bad. */
  readonly isFarWorse: boolean;
}

export function figures(measure: Measure, cells: readonly Measured[]): Figure[] {
  return figuresOf(
    measure,
    cells.map((cell) => measure.value(cell)),
  );
}

/** The middle of each column where rows differ by their seed alone; otherwise null. */
export function medians(comparison: Comparison, measure: Measure): Figure[] | null {
  if (!isRepeated(comparison)) return null;
  const { rows, columns } = comparison;
  const columnOf = (column: number): Measured[] => rows.flatMap(({ cells }) => cells[column] ?? []);
  return figuresOf(
    measure,
    columns.map((_, column) => median(measure, columnOf(column))),
  );
}

function figuresOf(measure: Measure, values: readonly (number | null)[]): Figure[] {
  const marks = standings(measure, values);
  return values.map((value, i) => {
    const mark = marks[i] ?? null;
    const isWorse = mark !== null && mark !== 1;
    const worse = !isWorse ? '' : Number.isFinite(mark) ? `×${mark.toFixed(1)}` : '×∞';
    const text = measure.unit === BYTES && value !== null ? formatBytes(value) : figureText(measure, value);
    return { text, isBest: mark === 1, worse, isFarWorse: isWorse && mark >= 2 };
  });
}

/** `bears 1 liar, 2 down`: what the protocol promises among so many. */
export function promise({ tolerates, validatorCount }: Measured): string {
  const liars = tolerates.liars === 0 ? 'no liar' : tolerates.liars === 1 ? '1 liar' : `${tolerates.liars} liars`;
  return `of ${validatorCount} it bears ${liars}, ${tolerates.faulty} down`;
}

/** Notes with whom they concern, each once. */
export function notesOf(
  columns: readonly ColumnHeading[],
  cells: readonly Measured[],
): { note: string; who: string }[] {
  const whose = new Map<string, string[]>();
  for (const [column, { notes }] of cells.entries()) {
    for (const note of notes) whose.set(note, [...(whose.get(note) ?? []), columns[column]?.title ?? '']);
  }
  return [...whose].map(([note, who]) => ({ note, who: who.join(', ') }));
}

export interface Bar {
  readonly title: string;
  /** Copies per decision, all phases; null where nothing was decided. */
  readonly total: number | null;
  readonly parts: readonly { readonly phase: Measured['phases'][number]['phase']; readonly perDecision: number }[];
}

/** Messages per decision by phase, the clients' left out. */
export function phaseBars(columns: readonly ColumnHeading[], cells: readonly Measured[]): Bar[] {
  return cells.map(({ phases, messages, decisions }, column) => {
    const title = columns[column]?.title ?? '';
    if (decisions === 0) return { title, total: null, parts: [] };
    const between = phases.filter(({ phase }) => phase !== 'client');
    const parts = between.map(({ phase, count }) => ({ phase, perDecision: count / decisions }));
    return { title, total: messages / decisions, parts };
  });
}

export interface Curve {
  readonly title: string;
  readonly points: readonly { readonly n: number; readonly value: number }[];
}

/** A measure over the number of validators; empty where rows are not about that. */
export function curvesOf({ rows, columns }: Comparison, measure: Measure): Curve[] {
  if (rows.length < 2 || !rows.every(({ id }) => id.startsWith('n-'))) return [];
  return columns.map(({ title }, column) => ({
    title,
    points: rows.flatMap(({ cells }) => {
      const cell = cells[column];
      const value = cell === undefined ? null : measure.value(cell);
      return cell === undefined || value === null ? [] : [{ n: cell.validatorCount, value }];
    }),
  }));
}
