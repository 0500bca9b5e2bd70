/** What a node looks like at the playhead, and what it is called. Pure. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Declaration, PhaseRole } from '../../../protocols/protocol.ts';
import { isOrdered } from '../../../session/epochs.ts';
import type { Flight, Frame, NodeMoment, QuorumProgress, ShardShape } from '../../../session/view.ts';
import { parentName, shardOfNode } from '../../lib/shards.ts';
import { formatDuration, sentence } from '../../lib/format.ts';
import { isDown } from '../../lib/moments.ts';
import { PHASES, phaseRoleOf } from '../../lib/phases.ts';

export interface NodeLook {
  readonly id: string;
  readonly kind: 'validator' | 'client';
  readonly role: string;
  readonly crown: 'leader' | 'candidate' | null;
  readonly alive: boolean;
  /** The adversary's behaviour, or null for a correct node. */
  readonly byzantine: string | null;
  readonly twin: boolean;
  /** How many decided slots it lacks; 0 while it keeps up. */
  readonly behind: number;
  readonly height: number;
  readonly epoch: number;
  readonly phase: string;
  readonly phaseRole: PhaseRole | null;
  /** Votes counted of those needed in the node's present phase, `2/3`; '' when there is no such vote. */
  readonly votes: string;
  /** The larger shard that its shard is a part of. */
  readonly parent: string | null;
  /** In the protocol's own words. */
  readonly epochWord: string;
  readonly slotWord: string;
}

/** A node this many slots behind the highest is shown as catching up; one slot is the ordinary race. */
const BEHIND_FROM = 2;

export function nodeLook(
  declaration: Declaration,
  node: Frame['nodes'][number],
  moment: NodeMoment,
  topHeight: number,
  quorum: QuorumProgress | null = null,
): NodeLook {
  const role = text(moment.fields['role']) || node.kind;
  const height = count(moment.fields['height']);
  const phase = text(moment.fields['phase']);
  const isValidator = node.kind === 'validator';
  const phaseRole = isValidator && moment.alive ? phaseRoleOf(declaration, phase) : null;
  return {
    id: node.id,
    kind: node.kind,
    role,
    crown: isValidator && moment.alive ? crownOf(declaration, role) : null,
    alive: !isDown(moment),
    byzantine: moment.byzantine,
    twin: moment.byzantine === 'twins',
    behind: isValidator && isOrdered(declaration) && topHeight - height >= BEHIND_FROM ? topHeight - height : 0,
    height,
    epoch: count(moment.fields['epoch']),
    phase,
    phaseRole,
    votes: phaseRole === null ? '' : votesText(phaseRole, height, quorum),
    parent: null,
    epochWord: declaration.words.epoch,
    slotWord: declaration.words.slot,
  };
}

/** The accessible name: `v0, primary, view 3, height 12`, then what is unusual about the node. */
export function accessibleName(look: NodeLook): string {
  const parts = [look.id, look.role];
  if (look.parent !== null) parts.push(`in ${look.parent}`);
  if (look.kind === 'validator') parts.push(`${look.epochWord} ${look.epoch}`, `${look.slotWord} ${look.height}`);
  if (!look.alive) parts.push('crashed');
  if (look.byzantine !== null) parts.push(`Byzantine (${look.byzantine})`);
  if (look.alive && look.behind > 0) parts.push(`${look.behind} behind`);
  return parts.join(', ');
}

/** The letter of a node's phase chip, or '' when it has nothing open. */
export function phaseLetter(look: NodeLook): string {
  return look.phaseRole === null ? '' : PHASES[look.phaseRole].letter;
}

export interface LegendEntry {
  readonly phase: PhaseRole;
  readonly label: string;
  readonly explain: string;
}

/** One entry a mark: kinds of message that share a phase share it; the background traffic by the phase's own name. */
export function legendEntries(declaration: Declaration): readonly LegendEntry[] {
  const entries = new Map<PhaseRole, LegendEntry>();
  for (const { phase, label, explain } of declaration.messages) {
    const before = entries.get(phase);
    const name = phase === 'sync' || phase === 'client' ? PHASES[phase].label : label;
    const text = `${sentence(label)}: ${explain}`;
    if (before === undefined) entries.set(phase, { phase, label: sentence(name), explain: text });
    else entries.set(phase, { ...before, explain: `${before.explain}\n${text}` });
  }
  return [...entries.values()];
}

/** What stands large in the corner. */
export interface CentreReading {
  readonly height: number;
  readonly epoch: number;
  readonly leader: string | null;
}

export function centreReading(looks: readonly NodeLook[]): CentreReading {
  const validators = looks.filter((look) => look.kind === 'validator');
  const alive = validators.filter((look) => look.alive);
  const epoch = alive.reduce((top, look) => Math.max(top, look.epoch), 0);
  const leader = alive.find((look) => look.crown === 'leader' && look.epoch === epoch)?.id ?? null;
  return { height: validators.reduce((top, look) => Math.max(top, look.height), 0), epoch, leader };
}

/**
 * The look of a node where there are shards: which larger one it is a part of; and in a shard of several validators it is the shard that
 * coordinates, whose region says so.
 */
export function inItsShard(look: NodeLook, shape: ShardShape | null, node: NodeIndex): NodeLook {
  if (shape === null) return look;
  const parent = parentName(shape, shardOfNode(shape, node));
  if (shape.validatorsPerShard === 1 && parent === null) return look;
  return { ...look, parent, crown: shape.validatorsPerShard > 1 ? null : look.crown };
}

/** Votes for what the node waits for; those of other phases show on the ring only. */
function votesText(phase: PhaseRole, height: number, quorum: QuorumProgress | null): string {
  if (quorum === null || quorum.phase !== phase || quorum.slot <= height) return '';
  return `${Math.min(quorum.voters.length, quorum.needed)}/${quorum.needed}`;
}

/** One line about a copy on its way: `Prepare v0 → v2 · arrives in 34.0 ms`. */
export function flightText(frame: Pick<Frame, 'declaration' | 'nodes' | 'playhead'>, flight: Flight): string {
  const label = sentence(frame.declaration.messages[flight.type]?.label ?? 'message');
  const way = `${frame.nodes[flight.from]?.id ?? '?'} → ${frame.nodes[flight.to]?.id ?? '?'}`;
  const fate =
    flight.fate === 'delivered'
      ? `arrives in ${formatDuration(flight.arrivesAt - frame.playhead)}`
      : flight.fate === 'held'
        ? 'held back by a partition'
        : 'will be lost';
  return `${label} ${way} · ${fate}`;
}

/** Marked nodes against the rest, by name; null when one side has no validator. */
export function partitionOf(
  nodes: Frame['nodes'],
  marked: readonly NodeIndex[],
): readonly [readonly string[], readonly string[]] | null {
  const isMarked = (node: Frame['nodes'][number]) => marked.includes(node.index);
  const one = nodes.filter(isMarked);
  const other = nodes.filter((node) => !isMarked(node));
  const hasValidator = (side: Frame['nodes']) => side.some((node) => node.kind === 'validator');
  if (!hasValidator(one) || !hasValidator(other)) return null;
  return [one.map(({ id }) => id), other.map(({ id }) => id)];
}

/** Two looks that draw the same. */
export function sameLook(a: NodeLook, b: NodeLook): boolean {
  return (Object.keys(a) as (keyof NodeLook)[]).every((key) => a[key] === b[key]);
}

function crownOf(declaration: Declaration, role: string): NodeLook['crown'] {
  if (role === declaration.words.leader || role === 'leader') return 'leader';
  return role.includes('candidate') ? 'candidate' : null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
