/** The steps of a presentation: those of the preset, or one for each moment worth a mark. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { Preset, StoryStep } from '../../../scenario/library.ts';
import type { Frame, Marker } from '../../../session/view.ts';
import { plainText } from '../../lib/format.ts';

export interface Step {
  readonly title: string;
  readonly text: string;
  /** The node to look at, or null. */
  readonly look: string | null;
  /** Where the playhead comes to stand; null while the run has not got there. */
  readonly at: Micros | null;
}

/** The steps that the preset behind a scenario tells, with their moments in the trace so far; null when it tells none. */
export function toldSteps(
  presets: readonly Preset[],
  scenario: Pick<Frame['scenario'], 'name' | 'protocol'>,
  markers: readonly Marker[],
  head: Micros,
): readonly Step[] | null {
  const preset = presets.find(
    (candidate) =>
      candidate.story !== undefined &&
      candidate.title === scenario.name &&
      candidate.scenario.protocol.name === scenario.protocol.name,
  );
  if (preset?.story === undefined) return null;
  return preset.story.map(({ at, title, text, look }) => ({
    title,
    text,
    look: look ?? null,
    at: momentOf(at, markers, head),
  }));
}

/** When a step's moment is; null where the trace does not reach it yet. */
export function momentOf(at: StoryStep['at'], markers: readonly Marker[], head: Micros): Micros | null {
  const moment =
    typeof at === 'number'
      ? at * 1_000
      : (markers.filter(({ kind }) => kind === at.mark)[(at.nth ?? 1) - 1]?.at ?? Number.POSITIVE_INFINITY) +
        (at.afterMs ?? 0) * 1_000;
  return moment <= head ? Math.round(moment) : null;
}

const KIND_TITLES: Readonly<Record<Marker['kind'], string>> = {
  decision: 'A decision',
  viewChange: 'The leader changes',
  fault: 'Something breaks',
  heal: 'It is mended',
  violation: 'A promise is broken',
  evidence: 'Somebody is caught lying',
};
/** Marks of one moment are one step. */
const TOGETHER: Micros = 1_000;

/** One step for the beginning, the first decision, and everything that is out of the ordinary; the first decision after it too. */
export function markedSteps(
  scenario: Pick<Frame['scenario'], 'name' | 'description'>,
  markers: readonly Marker[],
): readonly Step[] {
  const steps: Step[] = [
    { title: plainText(scenario.name, 80), text: plainText(scenario.description, 300), look: null, at: 0 },
  ];
  let decisionWanted = true;
  for (const { kind, at, label } of markers) {
    if (kind === 'decision' && !decisionWanted) continue;
    decisionWanted = kind !== 'decision';
    const last = steps.at(-1);
    const text = plainText(label, 200);
    if (last !== undefined && last.at !== null && steps.length > 1 && at - last.at < TOGETHER)
      steps[steps.length - 1] = { ...last, text: last.text.includes(text) ? last.text : `${last.text} · ${text}` };
    else steps.push({ title: KIND_TITLES[kind], text, look: null, at });
  }
  return steps;
}
