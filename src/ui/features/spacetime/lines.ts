/** Messages as slanted lines from sending to arrival; one path a phase, so that thousands fit in a frame. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { PhaseRole } from '../../../protocols/protocol.ts';
import { PHASE_ROLES, PHASES } from '../../lib/phases.ts';
import type { Palette } from './pens.ts';
import { type Layout, type Line, pointOf, type Scene } from './scene.ts';

/** What is pointed at or selected. */
export interface Emphasis {
  readonly messageId: string | null;
  /** The very copy under the pointer, by the position of its sending. */
  readonly send: number | null;
  readonly nodes: ReadonlySet<NodeIndex>;
  /** Position of the event whose causes and effects are shown. */
  readonly seq: number | null;
}

/** Where a lost copy vanishes, as a part of its way. */
const VANISHES_AT = 0.72;
const HELD_AT = 0.3;
/** More lines than this are drawn as thin as the screen allows. */
const CROWDED_FROM = 300;
/** Up to so many lines carry their phase's letter. */
const LETTERS_UP_TO = 220;
/** Closer lanes leave no room for letters, px. */
const LETTER_PITCH = 26;
const QUIET: ReadonlySet<PhaseRole> = new Set(['sync', 'client']);

/** `ratio`: device px per CSS px. */
export function drawLines(
  context: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  emphasis: Emphasis,
  ratio: number,
): void {
  const { lines, cone, layout, life } = scene;
  // One device pixel is drawn segment by segment; anything wider is outlined as one path first, many times as slow.
  const hair = 1 / ratio;
  const isCrowded = lines.length > CROWDED_FROM;
  const crowd = Math.min(1, Math.sqrt(240 / Math.max(1, lines.length)));
  const strong: Line[] = [];
  const byRole = new Map<PhaseRole, Line[]>();
  for (const line of lines) {
    if (isStrong(line, scene, emphasis)) strong.push(line);
    else append(byRole, line);
  }
  const chosen = new Set(strong);
  const faded = cone !== null || life !== null || strong.length > 0;
  for (const role of PHASE_ROLES) {
    const list = byRole.get(role) ?? [];
    if (list.length === 0) continue;
    const visible = QUIET.has(role) ? 0.3 : 0.8;
    context.globalAlpha = Math.max(0.1, visible * crowd) * (faded ? 0.35 : 1);
    strokeAll(context, layout, list, palette.phases[role], isCrowded ? hair : QUIET.has(role) ? 0.8 : 1.1);
  }
  context.globalAlpha = 1;
  for (const line of strong) {
    const width = line.send === emphasis.send ? 3 : 1.8;
    strokeAll(context, layout, [line], palette.phases[line.role], strong.length > CROWDED_FROM ? hair : width);
  }
  for (const line of lines)
    if (line.flight.fate !== 'delivered') drawFate(context, layout, line, palette, faded && !chosen.has(line));
  const hasRoom = layout.pitch >= LETTER_PITCH;
  if (hasRoom && lines.length <= LETTERS_UP_TO) for (const line of lines) drawLetter(context, layout, line, palette);
  else if (hasRoom && strong.length <= LETTERS_UP_TO)
    for (const line of strong) drawLetter(context, layout, line, palette);
}

function append(byRole: Map<PhaseRole, Line[]>, line: Line): void {
  const list = byRole.get(line.role);
  if (list === undefined) byRole.set(line.role, [line]);
  else list.push(line);
}

/** Under the pointer, selected, of the selected transaction, or a cause or effect of the chosen event. */
function isStrong(line: Line, { cone, life }: Scene, emphasis: Emphasis): boolean {
  if (life?.sends.has(line.send) === true) return true;
  if (line.send === emphasis.send || line.flight.messageId === emphasis.messageId) return true;
  if (cone === null) return false;
  return (
    cone.isPastCopy(line.send) || (cone.isFutureCopy(line.flight.from, line.send) && line.flight.fate === 'delivered')
  );
}

function endOf({ flight, fromU, toU, fromV, toV }: Line): { readonly u: number; readonly v: number } {
  const part = flight.fate === 'delivered' ? 1 : flight.fate === 'lost' ? VANISHES_AT : HELD_AT;
  // A held copy has no arrival: it waits beside its sender.
  const v = flight.fate === 'held' ? fromV + 5 : fromV + (toV - fromV) * part;
  return { u: fromU + (toU - fromU) * part, v };
}

function strokeAll(
  context: CanvasRenderingContext2D,
  layout: Layout,
  lines: readonly Line[],
  colour: string,
  width: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const line of lines) {
    const end = endOf(line);
    if (layout.isDown) {
      context.moveTo(line.fromU, line.fromV);
      context.lineTo(end.u, end.v);
    } else {
      context.moveTo(line.fromV, line.fromU);
      context.lineTo(end.v, end.u);
    }
  }
  context.stroke();
}

/** × where a copy got lost, an empty box where a partition holds one back. */
function drawFate(
  context: CanvasRenderingContext2D,
  layout: Layout,
  line: Line,
  palette: Palette,
  isFaded: boolean,
): void {
  const end = endOf(line);
  const { x, y } = pointOf(layout, end.u, end.v);
  context.globalAlpha = isFaded ? 0.35 : 1;
  context.lineWidth = 1.8;
  context.beginPath();
  if (line.flight.fate === 'lost') {
    context.strokeStyle = palette.violated;
    context.moveTo(x - 3.5, y - 3.5);
    context.lineTo(x + 3.5, y + 3.5);
    context.moveTo(x + 3.5, y - 3.5);
    context.lineTo(x - 3.5, y + 3.5);
  } else {
    context.strokeStyle = palette.cut;
    context.rect(x - 3, y - 3, 6, 6);
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** The phase's shape and letter a third along the line, where there is room. */
function drawLetter(context: CanvasRenderingContext2D, layout: Layout, line: Line, palette: Palette): void {
  const { letter } = PHASES[line.role];
  const [du, dv] = [line.toU - line.fromU, line.toV - line.fromV];
  if (letter === '' || Math.hypot(du, dv) < 34 || line.flight.fate === 'held') return;
  const part = 0.3 + 0.1 * (line.flight.to % 4);
  const { x, y } = pointOf(layout, line.fromU + du * part, line.fromV + dv * part);
  context.fillStyle = palette.surface;
  context.beginPath();
  context.arc(x, y, 5.5, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = palette.phases[line.role];
  context.font = '700 9px "Inter Variable", sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(letter, x, y + 0.5);
}
