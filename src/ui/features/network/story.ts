/** What is happening now, in one line: told from the trace and the protocol's own declaration. Pure. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Declaration, PhaseRole } from '../../../protocols/protocol.ts';
import type { Flight, Frame, Marker, NodeMoment, QuorumProgress, TraceView } from '../../../session/view.ts';
import { isOrdered, valueWord } from '../../../session/epochs.ts';
import { plural, sentence, withArticle } from '../../lib/format.ts';
import { isDown } from '../../lib/moments.ts';
import { phaseRoleOf } from '../../lib/phases.ts';
import { shardStory } from './shardStory.ts';

export interface Story {
  /** Whose mark stands before the text; null for none. */
  readonly phase: PhaseRole | null;
  /** Something out of the ordinary that has just happened, in the timeline's words. */
  readonly news: Marker | null;
  readonly text: string;
}

type StoryTrace = Pick<TraceView, 'nodeAt' | 'quorumAt' | 'flights' | 'markers'> &
  Pick<TraceView, 'shape' | 'cutsAt' | 'shardsAt'>;

/** Faults, view changes, evidence and violations are told for so long. */
const NEWS_MICROS = 1_200_000;
/** Beyond this many nodes the line counts them instead of naming them. */
const NAMED = 4;

interface Seen {
  readonly id: string;
  readonly node: NodeIndex;
  readonly moment: NodeMoment;
  readonly height: number;
  readonly epoch: number;
  /** The vote this node takes part in for a slot it has not decided. */
  readonly quorum: QuorumProgress | null;
}

export function storyAt(trace: StoryTrace, declaration: Declaration, nodes: Frame['nodes'], at: Micros): Story {
  const seen = nodes.flatMap((node) => (node.kind === 'validator' ? [look(trace, node.id, node.index, at)] : []));
  const live = seen.filter(({ moment }) => moment.alive);
  const news = newsAt(trace.markers, at);
  if (live.length === 0 && !seen.some(({ moment }) => isDown(moment)))
    return { phase: null, news, text: 'Ready: nothing has happened yet.' };
  if (live.length === 0) return { phase: null, news, text: 'No validator is running.' };
  const crossing = shardStory(trace, at);
  if (crossing !== null) return { phase: null, text: crossing, news };
  const told =
    changeStory(declaration, live) ??
    proposalStory(declaration, trace.flights(at), seen, live) ??
    voteStory(declaration, live) ??
    restStory(declaration, seen, live);
  return { ...told, news };
}

type Told = Pick<Story, 'phase' | 'text'>;

function look(trace: StoryTrace, id: string, node: NodeIndex, at: Micros): Seen {
  const moment = trace.nodeAt(node, at);
  const height = count(moment.fields['height']);
  const quorum = trace.quorumAt(node, at);
  return {
    id,
    node,
    moment,
    height,
    epoch: count(moment.fields['epoch']),
    quorum: quorum !== null && quorum.slot > height ? quorum : null,
  };
}

/** Validators that have given up on their leader. */
function changeStory(declaration: Declaration, live: readonly Seen[]): Told | null {
  const changing = live.filter(({ moment }) => phaseRoleOf(declaration, String(moment.fields['phase'])) === 'change');
  if (changing.length === 0) return null;
  const { words } = declaration;
  const votes = votesText(
    declaration,
    live.filter(({ quorum }) => quorum?.phase === 'change'),
  );
  const who = `${namesOf(changing)} ${changing.length === 1 ? 'asks' : 'ask'} for ${withArticle(words.change)}`;
  return { phase: 'change', text: votes === null ? who : `${who} · ${votes}` };
}

function proposalStory(
  declaration: Declaration,
  flights: readonly Flight[],
  seen: readonly Seen[],
  live: readonly Seen[],
): Told | null {
  const proposals = flights.filter(({ type }) => declaration.messages[type]?.phase === 'propose');
  const proposer = seen.find(({ node }) => node === proposals[0]?.from);
  if (proposer === undefined) return null;
  const receivers = new Set(proposals.filter(({ from }) => from === proposer.node).map(({ to }) => to));
  const height = topOf(live) + 1;
  const votes = votesText(declaration, live);
  const text = `${proposer.id} proposes ${valueWord(declaration)} ${height} to ${plural(receivers.size, 'validator')}`;
  return { phase: 'propose', text: votes === null ? text : `${text} · ${votes}` };
}

function voteStory(declaration: Declaration, live: readonly Seen[]): Told | null {
  const best = mostAdvanced(live)?.quorum ?? null;
  const text = votesText(declaration, live);
  if (best === null || text === null) return null;
  const view = best.epoch > 0 ? `, ${declaration.words.epoch} ${best.epoch}` : '';
  return { phase: best.phase, text: `${sentence(valueWord(declaration))} ${best.slot}${view} · ${text}` };
}

/** Nothing is being voted on. */
function restStory(declaration: Declaration, seen: readonly Seen[], live: readonly Seen[]): Told {
  const { words } = declaration;
  const height = topOf(live);
  const value = sentence(valueWord(declaration));
  if (!isOrdered(declaration)) {
    const up = `${live.length === seen.length ? 'all' : `${live.length} of`} ${plural(seen.length, 'validator')} up`;
    return {
      phase: null,
      text: height === 0 ? `Nothing decided yet · ${up}` : `${value} ${height} is decided · ${up}`,
    };
  }
  const leader = leaderOf(declaration, live);
  const down = seen.filter(({ moment }) => !moment.alive);
  const next =
    leader === null
      ? `no live ${words.leader} for ${words.slot} ${height + 1}: the others wait for their timers`
      : `${leader.id} leads ${words.slot} ${height + 1}`;
  if (height === 0) return { phase: null, text: next };
  const have = live.filter((node) => node.height === height).length;
  const whom = have === live.length && down.length === 0 ? `all ${have}` : `${have} of ${seen.length} validators`;
  return { phase: null, text: `${value} ${height} is decided at ${whom} · ${next}` };
}

/** `2 of 3 prepares at v0 · quorum at v1, v2`: the most advanced vote, and how far the others are with it. */
function votesText(declaration: Declaration, live: readonly Seen[]): string | null {
  const best = mostAdvanced(live);
  if (best?.quorum == null) return null;
  const { quorum } = best;
  const same = live.filter((node) => node.quorum !== null && order(node.quorum, quorum) === 0);
  const closed = same.filter((node) => node.quorum?.closedAt !== null);
  const open = same
    .filter((node) => node.quorum?.closedAt === null)
    .sort((a, b) => (b.quorum?.voters.length ?? 0) - (a.quorum?.voters.length ?? 0))[0];
  const label = sentence(declaration.messages[quorum.type]?.label ?? 'vote').toLowerCase();
  const parts: string[] = [];
  if (open?.quorum != null) parts.push(`${open.quorum.voters.length} of ${open.quorum.needed} ${label}s at ${open.id}`);
  if (closed.length > 0) parts.push(`${open === undefined ? `${label} ` : ''}quorum at ${namesOf(closed)}`);
  return parts.join(' · ');
}

function mostAdvanced(live: readonly Seen[]): Seen | null {
  let best: Seen | null = null;
  for (const node of live) {
    if (node.quorum === null) continue;
    if (best?.quorum == null || order(node.quorum, best.quorum) > 0) best = node;
  }
  return best;
}

/** The change that opens an epoch comes before its votes. */
const PHASE_ORDER: readonly PhaseRole[] = ['change', 'propose', 'first', 'second', 'third'];

/** Positive when `a` is further on than `b`. */
function order(a: QuorumProgress, b: QuorumProgress): number {
  return a.slot - b.slot || a.epoch - b.epoch || PHASE_ORDER.indexOf(a.phase) - PHASE_ORDER.indexOf(b.phase);
}

function leaderOf(declaration: Declaration, live: readonly Seen[]): Seen | null {
  let leader: Seen | null = null;
  for (const node of live) {
    if (node.moment.fields['role'] !== declaration.words.leader) continue;
    const ahead = leader === null ? 1 : node.height - leader.height || node.epoch - leader.epoch;
    if (ahead > 0) leader = node;
  }
  return leader !== null && leader.height === topOf(live) ? leader : null;
}

/** The latest mark that is no decision, while it is news. */
function newsAt(markers: readonly Marker[], at: Micros): Marker | null {
  for (let i = markers.length - 1; i >= 0; i--) {
    const marker = markers[i] as Marker;
    if (marker.at > at) continue;
    if (at - marker.at > NEWS_MICROS) return null;
    if (marker.kind !== 'decision') return marker;
  }
  return null;
}

function namesOf(nodes: readonly Seen[]): string {
  return nodes.length <= NAMED ? nodes.map(({ id }) => id).join(', ') : `${nodes.length} validators`;
}

function topOf(live: readonly Seen[]): number {
  return live.reduce((top, { height }) => Math.max(top, height), 0);
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
