/** Blocks, decided or not, as the chain view shows them. Pure. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Declaration, PhaseRole } from '../../../protocols/protocol.ts';
import { isDown } from '../../lib/moments.ts';
import type { Candidate, Frame, NodeMoment, TraceView } from '../../../session/view.ts';

/** How much of a hash the trace keeps of what is proposed and voted for. */
const SHORT = 16;

/** Who signed one kind of vote for a block. */
export interface Certificate {
  readonly type: number;
  readonly label: string;
  readonly phase: PhaseRole;
  readonly epoch: number;
  readonly voters: readonly NodeIndex[];
  readonly needed: number;
  readonly closedAt: Micros | null;
}

export interface BlockView {
  /** The first 16 hex digits of the hash: what proposals, votes and decisions have in common. */
  readonly id: string;
  readonly height: number;
  /** The whole hash once it is decided, else its first 16 digits. */
  readonly digest: string;
  readonly epoch: number;
  readonly proposer: NodeIndex | null;
  /** The proposal, in which its parents can be read. */
  readonly messageId: string | null;
  readonly proposedAt: Micros | null;
  /** When the first validator decided it; null while nobody has. */
  readonly firstAt: Micros | null;
  /** From the first validator's decision to the last's so far. */
  readonly spread: Micros;
  /** One entry a validator, in order: whether it has decided this block. */
  readonly decided: readonly boolean[];
  readonly decidedCount: number;
  readonly certificates: readonly Certificate[];
  /** Another block of its height is decided too: agreement is broken. */
  readonly isConflicting: boolean;
}

type Decided = ReturnType<TraceView['blocksAt']>[number];

/** Blocks of the newest `limit` heights, ascending; those of one height by their first decision, then the undecided. */
export function chainBlocks(
  decided: readonly Decided[],
  candidates: readonly Candidate[],
  nodes: Frame['nodes'],
  declaration: Declaration,
  limit: number,
): readonly BlockView[] {
  const validators = nodes.filter((node) => node.kind === 'validator').map((node) => node.index);
  const settled = decided.filter(({ decidedBy }) => decidedBy.length > 0);
  const top = Math.max(
    settled.reduce((highest, { height }) => Math.max(highest, height), 0),
    candidates.reduce((highest, { slot }) => Math.max(highest, slot), 0),
  );
  const found = new Map(candidates.map((candidate) => [`${candidate.slot} ${candidate.digest}`, candidate]));
  const blocks: BlockView[] = [];
  for (const block of settled) {
    if (block.height <= top - limit) continue;
    const key = `${block.height} ${block.digest.slice(0, SHORT)}`;
    const isConflicting = settled.some(({ height, digest }) => height === block.height && digest !== block.digest);
    blocks.push(viewOf(block, found.get(key) ?? null, validators, declaration, isConflicting));
    found.delete(key);
  }
  for (const candidate of found.values()) {
    if (candidate.slot <= top - limit) continue;
    const { slot: height, digest, epoch } = candidate;
    blocks.push(viewOf({ height, digest, epoch, decidedBy: [] }, candidate, validators, declaration, false));
  }
  const first = ({ firstAt }: BlockView): number => firstAt ?? Number.MAX_SAFE_INTEGER;
  return blocks.sort((a, b) => a.height - b.height || first(a) - first(b) || a.epoch - b.epoch);
}

function viewOf(
  block: Decided,
  candidate: Candidate | null,
  validators: readonly NodeIndex[],
  declaration: Declaration,
  isConflicting: boolean,
): BlockView {
  const times = block.decidedBy.map((entry) => entry.at);
  const deciders = new Set(block.decidedBy.map((entry) => entry.node));
  const firstAt = times.length === 0 ? null : Math.min(...times);
  return {
    id: block.digest.slice(0, SHORT),
    height: block.height,
    digest: block.digest,
    epoch: block.epoch,
    proposer: candidate?.proposal?.node ?? null,
    messageId: candidate?.proposal?.messageId ?? null,
    proposedAt: candidate?.proposal?.at ?? null,
    firstAt,
    spread: firstAt === null ? 0 : Math.max(...times) - firstAt,
    decided: validators.map((node) => deciders.has(node)),
    decidedCount: deciders.size,
    certificates: (candidate?.votes ?? []).map(({ type, ...tally }) => ({
      ...tally,
      type,
      label: declaration.messages[type]?.label ?? '',
      phase: declaration.messages[type]?.phase ?? 'client',
    })),
    isConflicting,
  };
}

/** In px, about: a digit of a block's height, of a count, a glyph with what keeps it from its neighbours, the word for a conflict. */
const ROOM = { heightDigit: 12, countDigit: 7, glyph: 17, conflict: 50 } as const;

/** What a card has room for beside the height: of each kind of vote the newest epoch, and of these the latest, in their order. */
export function certificatesThatFit(
  { height, certificates, isConflicting }: Pick<BlockView, 'height' | 'certificates' | 'isConflicting'>,
  widthPx: number,
): readonly Certificate[] {
  let left = widthPx - ROOM.heightDigit * String(height).length - (isConflicting ? ROOM.conflict : 0);
  const shown: Certificate[] = [];
  for (const certificate of certificates.toReversed()) {
    if (shown.some(({ type }) => type === certificate.type)) continue;
    left -= ROOM.glyph + ROOM.countDigit * String(certificate.voters.length).length;
    if (left < 0 && shown.length > 0) break;
    shown.unshift(certificate);
  }
  return shown;
}

/** Parents of a block: what its proposal says, else, as a guess, what was decided one height below. */
export interface Parents {
  readonly ids: readonly string[];
  readonly isGuess: boolean;
}

export function parentsOf(
  block: BlockView,
  blocks: readonly BlockView[],
  said: ReadonlyMap<string, readonly string[]>,
): Parents {
  const told = block.messageId === null ? undefined : said.get(block.messageId);
  if (told !== undefined && told.length > 0) return { ids: told.map((hash) => hash.slice(0, SHORT)), isGuess: false };
  const below = blocks.find(({ height, firstAt }) => height === block.height - 1 && firstAt !== null);
  return { ids: below === undefined ? [] : [below.id], isGuess: true };
}

/** Where one validator stands. */
export interface Standing {
  readonly node: NodeIndex;
  readonly id: string;
  readonly height: number;
  readonly behind: number;
  readonly alive: boolean;
  readonly isByzantine: boolean;
}

/** All validators in order, with how many heights each lacks: none where they decide in no common order. */
export function standings(
  nodes: Frame['nodes'],
  momentOf: (node: NodeIndex) => NodeMoment,
  isOrdered = true,
): readonly Standing[] {
  const validators = nodes.filter(({ kind }) => kind === 'validator');
  const moments = validators.map(({ index }) => momentOf(index));
  const heights = moments.map(({ fields }) =>
    typeof fields['height'] === 'number' ? Math.max(0, fields['height']) : 0,
  );
  const top = Math.max(0, ...heights);
  return validators.map(({ index, id }, position) => {
    const height = heights[position] ?? 0;
    const moment = moments[position];
    return {
      node: index,
      id,
      height,
      behind: isOrdered ? top - height : 0,
      alive: moment !== undefined && !isDown(moment),
      isByzantine: moment?.byzantine != null,
    };
  });
}

/** `3 of 4` and who: `v0 v1 v2`. */
export function signersText(certificate: Certificate, nodes: Frame['nodes']): string {
  const names = certificate.voters.map((voter) => nodes[voter]?.id ?? '?').join(' ');
  const state = certificate.closedAt === null ? `${certificate.needed} needed` : 'certificate complete';
  return `${certificate.label}: ${certificate.voters.length} signed (${state}): ${names}`;
}

/** What a validator has to show for a block: decided, its furthest vote, or nothing. */
export function cellOf(
  block: BlockView,
  validator: number,
): { readonly state: 'decided' | 'voted' | 'none'; readonly phase: PhaseRole | null } {
  if (block.decided[validator] === true) return { state: 'decided', phase: null };
  const last = block.certificates.findLast(({ voters }) => voters.includes(validator));
  return last === undefined ? { state: 'none', phase: null } : { state: 'voted', phase: last.phase };
}
