/** Words for what the diagram shows: tooltips, and the table that says the same without sight. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { Flight, Frame, Mark } from '../../../session/view.ts';
import { formatDuration, formatTime, plainText, sentence } from '../../lib/format.ts';
import { PHASES } from '../../lib/phases.ts';
import { insideText } from '../../lib/shards.ts';
import type { Hit } from './hit.ts';
import type { Scene } from './scene.ts';

type Names = Pick<Frame, 'nodes' | 'declaration'>;

function nameOf({ nodes }: Names, node: number): string {
  return nodes[node]?.id ?? 'world';
}

function labelOf({ declaration }: Names, type: number): string {
  return sentence(declaration.messages[type]?.label ?? 'message');
}

/** What became of a copy: `arrives 1.284 s, after 41.2 ms`. */
export function fateText(flight: Flight): string {
  if (flight.fate === 'held') return 'held back by a partition';
  if (flight.fate === 'lost') return 'lost on the way';
  return `arrives ${formatTime(flight.arrivesAt)}, after ${formatDuration(flight.arrivesAt - flight.sentAt)}`;
}

/** One line about what is under the pointer. */
export function hitText(names: Names, hit: Hit): string {
  switch (hit.kind) {
    case 'copy': {
      const { flight } = hit.line;
      const way = `${nameOf(names, flight.from)} → ${nameOf(names, flight.to)}`;
      const what = `${labelOf(names, flight.type)}${insideText(flight, names.declaration)}`;
      return `${what} ${way}, sent ${formatTime(flight.sentAt)}, ${fateText(flight)}`;
    }
    case 'mark':
      return `${formatTime(hit.placed.mark.at)} ${markText(names, hit.placed.mark)}`;
    case 'fold': {
      const { from, until } = hit.placed.fold;
      return `Folded: ${formatDuration(until - from)} from ${formatTime(from)}. Click to unfold all.`;
    }
    default:
      return nameOf(names, hit.node);
  }
}

/** `v2 decides height 7`. */
export function markText(names: Names, mark: Mark): string {
  const isWorld = mark.kind === 'fault' || mark.kind === 'heal';
  const text = plainText(mark.text, 160);
  if (isWorld) return mark.kind === 'heal' ? `healed: ${text}` : `fault: ${text}`;
  return `${nameOf(names, mark.node)} ${mark.kind === 'evidence' ? `holds evidence: ${text}` : text}`;
}

/** A row of the table: the same as a line or mark of the picture. */
export interface Row {
  readonly key: string;
  readonly at: Micros;
  readonly seq: number;
  readonly kind: string;
  readonly node: string;
  readonly to: string;
  readonly text: string;
  readonly messageId: string | null;
}

/** The newest `limit` of what is in view, in order of time. */
export function rowsOf(scene: Pick<Scene, 'lines' | 'marks' | 'nodes' | 'declaration'>, limit: number): readonly Row[] {
  const copies = scene.lines.map(({ flight, send }): Row => {
    const phase = scene.declaration.messages[flight.type]?.phase ?? 'client';
    return {
      key: `${send}`,
      at: flight.sentAt,
      seq: send,
      kind: `${labelOf(scene, flight.type)}${insideText(flight, scene.declaration)} (${PHASES[phase].label})`,
      node: nameOf(scene, flight.from),
      to: nameOf(scene, flight.to),
      text: fateText(flight),
      messageId: flight.messageId,
    };
  });
  const marks = scene.marks.map(
    ({ mark }): Row => ({
      key: `${mark.seq}`,
      at: mark.at,
      seq: mark.seq,
      kind: KINDS[mark.kind],
      node: mark.targets.map((node) => nameOf(scene, node)).join(' '),
      to: '',
      text: markText(scene, mark),
      messageId: null,
    }),
  );
  return [...copies, ...marks].sort((a, b) => a.at - b.at || a.seq - b.seq).slice(-limit);
}

const KINDS: Readonly<Record<Mark['kind'], string>> = {
  decide: 'Decision',
  timer: 'Timeout',
  drop: 'Refusal',
  fault: 'Fault',
  heal: 'Healing',
  evidence: 'Evidence',
};

/** What the picture shows, in one sentence, for those who do not see it. */
export function summaryOf(scene: Pick<Scene, 'from' | 'until' | 'lines' | 'step' | 'marks' | 'life'>): string {
  const count = (kind: Mark['kind']): number => scene.marks.filter(({ mark }) => mark.kind === kind).length;
  const share = scene.step === 1 ? '' : ` (1 in ${scene.step} shown)`;
  return (
    `${formatTime(scene.from)} to ${formatTime(scene.until)}: ${scene.lines.length} messages${share}, ` +
    `${count('decide')} decisions, ${count('timer')} timeouts, ${count('drop')} refusals, ${count('fault')} faults` +
    lifeText(scene.life)
  );
}

/** The steps of the selected transaction, wherever they are. */
function lifeText(life: Scene['life']): string {
  if (life === null) return '';
  const steps = life.steps.map(({ step, at }) => `${step.label} at ${formatTime(at)}`);
  return `. Transaction ${life.transaction}: ${steps.join(', ')}`;
}
