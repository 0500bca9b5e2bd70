/** What the panel shows of a playback: tokens, what fired, what could fire, in words too. Pure. */
import { labelKey } from '../../../checks/petri/compile.ts';
import { describeMissing } from '../../../checks/petri/describe.ts';
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Declaration, PhaseRole } from '../../../protocols/protocol.ts';
import type { NetPlayback, PlayedStep } from './playback.ts';

export interface PlaceLook {
  readonly id: string;
  readonly label: string;
  readonly explain: string;
  readonly isShared: boolean;
  readonly tokens: number;
  /** Tokens that some transition waits for here, where it is more than one. */
  readonly wanted: number | null;
}

export interface TransitionLook {
  readonly id: string;
  readonly label: string;
  readonly explain: string;
  /** Phase of the message that fires it; null for decisions and changes of state. */
  readonly phase: PhaseRole | null;
  readonly isDecision: boolean;
  readonly state: 'last' | 'fired' | 'enabled' | 'waiting';
  /** Its last firing was not allowed. */
  readonly isWrong: boolean;
}

export interface StepLook {
  readonly key: string;
  readonly t: Micros;
  readonly text: string;
  readonly phase: PhaseRole | null;
  /** Why it was not allowed; null where it was. */
  readonly wrong: string | null;
}

export interface NetPicture {
  readonly slot: number;
  readonly epoch: number;
  readonly value: string;
  readonly places: readonly PlaceLook[];
  readonly transitions: readonly TransitionLook[];
  readonly steps: readonly StepLook[];
  /** The step during which tokens move at the playhead, and how far they are, 0 … 1; null: nothing moves. */
  readonly moving: { readonly transition: string; readonly share: number } | null;
}

/** Virtual time in which tokens are seen to move, µs. */
export const MOVE_MICROS: Micros = 120_000;

/**
 * `slot` null: where the node is. `trusted`: the check of the run says that correct nodes keep to the net. It knows
 * certificates and validator sets, which the trace does not show, so what it has not found wrong is not marked.
 */
export function pictureOf(
  playback: NetPlayback,
  declaration: Declaration,
  view: { readonly node: NodeIndex; readonly slot: number | null; readonly at: Micros; readonly trusted: boolean },
): NetPicture {
  const { net, replay } = playback;
  const slot = view.slot ?? playback.slotOf(view.node);
  const binding = playback.bindingOf(view.node, slot);
  const own = playback.stepsOf(view.node, slot, binding.epoch);
  const isWrong = (step: PlayedStep): boolean => !step.fits && (!step.isCorrect || !view.trusted);
  const inEpoch = own.filter(({ epoch }) => epoch === binding.epoch);
  const last = own.findLast(({ transition }) => transition !== null);
  const phases = phasesOf(declaration);
  const wanted = new Map<string, number>();
  for (const { test } of net.transitions) {
    for (const { place, weight } of test) {
      const tokens = replay.threshold(weight, slot);
      if (tokens > 1) wanted.set(place.id, Math.max(tokens, wanted.get(place.id) ?? 0));
    }
  }
  const age = last === undefined ? MOVE_MICROS : view.at - last.t;
  const moving =
    last === undefined || age >= MOVE_MICROS ? null : { transition: last.transition ?? '', share: age / MOVE_MICROS };
  return {
    slot,
    epoch: binding.epoch,
    value: binding.value,
    places: net.places.map((place) => ({
      id: place.id,
      label: place.label,
      explain: place.explain,
      isShared: place.owner === 'shared',
      tokens: replay.marking.count(
        { place, epoch: 'same' },
        place.isAboutNodes ? { ...binding, value: replay.valueOf(view.node) } : binding,
      ),
      wanted: wanted.get(place.id) ?? null,
    })),
    transitions: net.transitions.map((transition) => {
      const firings = inEpoch.filter((step) => step.transition === transition.id);
      const isNext = slot > replay.heightOf(view.node) && replay.isEnabled(transition, binding);
      const hasFired = firings.length > 0;
      return {
        id: transition.id,
        label: transition.label,
        explain: transition.explain,
        phase: phases.get(labelKey(transition.on)) ?? null,
        isDecision: transition.on.kind === 'decide',
        state:
          hasFired && transition.id === last?.transition ? 'last' : hasFired ? 'fired' : isNext ? 'enabled' : 'waiting',
        isWrong: firings.some(isWrong),
      };
    }),
    steps: own.map((step, i) => ({
      key: `${i}/${step.t}/${step.label}`,
      t: step.t,
      text: stepText(step, declaration),
      phase: phases.get(step.label) ?? null,
      wrong: isWrong(step) ? `without ${step.missing.map(describeMissing).join(' and ')}` : null,
    })),
    moving,
  };
}

/** `PREPARE in view 1`. */
function stepText({ label, epoch }: PlayedStep, { messages, words }: Declaration): string {
  const type = label.startsWith('send ') ? label.slice(5) : null;
  const what = type === null ? label : (messages.find((message) => message.type === type)?.label ?? type);
  return `${what} in ${words.epoch} ${epoch}`;
}

function phasesOf({ messages }: Declaration): ReadonlyMap<string, PhaseRole> {
  return new Map(messages.map(({ type, phase }) => [`send ${type}`, phase]));
}

/** `1 token`, `3 tokens, 3 wanted`. */
export function tokensText({ tokens, wanted }: Pick<PlaceLook, 'tokens' | 'wanted'>): string {
  const count = `${tokens} ${tokens === 1 ? 'token' : 'tokens'}`;
  return wanted === null ? count : `${count}, ${wanted} wanted`;
}

const STATE_TEXTS: Readonly<Record<TransitionLook['state'], string>> = {
  last: 'fired last',
  fired: 'has fired',
  enabled: 'could fire now',
  waiting: 'waits for tokens',
};

export function stateText({ state, isWrong }: Pick<TransitionLook, 'state' | 'isWrong'>): string {
  return isWrong ? `${STATE_TEXTS[state]}, against the net` : STATE_TEXTS[state];
}
