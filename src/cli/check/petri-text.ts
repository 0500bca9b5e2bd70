/** An analysis for people. */
import type { Analysis, NamedInvariant, NamedMarking } from '../../checks/petri/analyse.ts';

const LISTED_MAX = 60;
const CUT_OFF_TEXTS = {
  markings: 'the limit of markings (--markings)',
  edges: 'the limit of steps between markings',
  memory: 'the memory',
  tokens: 'more than a billion tokens in a place',
} as const;

export function analysisText(analysis: Analysis): string {
  const { name, places, transitions, arcs, reachable, deadlocks } = analysis;
  const { cutOff } = reachable;
  return [
    `net ${name === '' ? 'without a name' : name}: ${places} places, ${transitions} transitions, ${arcs} arcs`,
    '',
    `reachable markings  ${reachable.markings}${cutOff === null ? '' : ` or more: cut off at ${CUT_OFF_TEXTS[cutOff]}`}`,
    `deadlocks           ${deadlocks.count}${deadlocks.isComplete ? '' : ' among the markings explored'}`,
    ...deadlocks.examples.flatMap(({ marking, path }) => [
      `  ${markingText(marking)}`,
      `    after ${path.length === 0 ? 'nothing: it is the initial marking' : path.join(', ')}`,
    ]),
    ...boundsText(analysis),
    ...livenessText(analysis),
    ...invariantsText('P-invariants', analysis.placeInvariants, 'weighted sums of tokens that never change'),
    ...invariantsText('T-invariants', analysis.transitionInvariants, 'firings that restore the marking'),
    '',
  ].join('\n');
}

function boundsText({ bounds }: Analysis): string[] {
  const { isBounded, k, by } = bounds;
  const what =
    isBounded === null
      ? 'not known within the limits'
      : isBounded
        ? `${k}-bounded${k === 1 ? ' (safe)' : ''}`
        : 'unbounded';
  const groups = new Map<string, string[]>();
  for (const [place, bound] of Object.entries(bounds.places)) {
    const key = bound === null ? 'ω' : String(bound);
    groups.set(key, [...(groups.get(key) ?? []), place]);
  }
  const sorted = [...groups].sort(([a], [b]) => (a === 'ω' ? 1 : b === 'ω' ? -1 : Number(a) - Number(b)));
  const atLeast = isBounded === null ? 'at least ' : '';
  return [
    `bounds              ${what}${by === 'coverability' ? ', by its coverability graph' : ''}`,
    ...sorted.map(([bound, places]) => `  ${atLeast}${bound}: ${listed(places)}`),
  ];
}

function livenessText({ liveness }: Analysis): string[] {
  if (liveness === null) return ['liveness            not known: the reachability graph is not complete'];
  const explain = {
    L4: 'live: can always fire again',
    L3: 'can fire for ever, which is L2 too',
    L1: 'can fire',
    dead: 'never fires',
  } as const;
  const all = Object.entries(liveness.classes);
  const lines = (['L4', 'L3', 'L1', 'dead'] as const).flatMap((each) => {
    const names = all.filter(([, found]) => found === each).map(([name]) => name);
    return names.length === 0 ? [] : [`  ${each} (${explain[each]}): ${listed(names)}`];
  });
  const home = liveness.isReversible
    ? 'every marking leads back to the initial one'
    : 'some marking never leads back to the initial one';
  return [`liveness            ${liveness.isLive ? 'live' : 'not live'}; ${home}`, ...lines];
}

function invariantsText(
  title: string,
  { invariants, isComplete }: Analysis['placeInvariants'],
  explain: string,
): string[] {
  const more = invariants.length > LISTED_MAX ? [`  … and ${invariants.length - LISTED_MAX} more`] : [];
  const missing = isComplete ? '' : ', and others: the search was cut off';
  return [
    `${title.padEnd(20)}${invariants.length}${missing} (${explain})`,
    ...invariants.slice(0, LISTED_MAX).map((invariant) => `  ${sumText(invariant)}`),
    ...more,
  ];
}

function sumText(invariant: NamedInvariant): string {
  return Object.entries(invariant)
    .map(([id, weight]) => (weight === '1' ? id : `${weight} ${id}`))
    .join(' + ');
}

function markingText(marking: NamedMarking): string {
  const held = Object.entries(marking).map(([id, tokens]) => (tokens === 1 ? id : `${tokens ?? 'ω'} ${id}`));
  return held.length === 0 ? 'no tokens at all' : listed(held);
}

function listed(names: readonly string[]): string {
  if (names.length <= LISTED_MAX) return names.join(', ');
  return `${names.slice(0, LISTED_MAX).join(', ')}, … ${names.length - LISTED_MAX} more`;
}
