/** Words and order for branches and comparisons. Pure. */
import type { TraceEvent } from '../../../kernel/trace/events.ts';
import type { BranchInfo, ComparedSlot, Comparison, Side, SlotDecisions } from '../../../session/branches/types.ts';
import { formatMs, formatTime, plural, shortHash } from '../../lib/format.ts';

/** What a branch is called: its name, else where it begins, else its scenario. */
export function branchTitle(branch: Pick<BranchInfo, 'name' | 'forkedAtMs' | 'scenarioName'>): string {
  if (branch.name !== null) return branch.name;
  return branch.forkedAtMs === null ? branch.scenarioName : `From ${formatTime(branch.forkedAtMs * 1_000)}`;
}

/** `at 12.430 s, height 7`; the run at hand says where it is by itself. */
export function branchReading(branch: Pick<BranchInfo, 'atMs' | 'height'>): string {
  return `at ${formatTime(branch.atMs * 1_000)}, height ${branch.height}`;
}

export interface Group {
  readonly current: readonly BranchInfo[];
  readonly others: readonly BranchInfo[];
}

/** The tree of the run at hand, and the rest. */
export function grouped(branches: readonly BranchInfo[]): Group {
  return {
    current: branches.filter((branch) => branch.isInCurrentTree),
    others: branches.filter((branch) => !branch.isInCurrentTree),
  };
}

/** A side as the value of a select: `run:<id>` or `seed:<n>`. */
export function sideOf(value: string): Side {
  return value.startsWith('seed:') ? { seed: Number(value.slice(5)) } : { runId: value.slice(4) };
}

/** One line about an event: `v0 → v2 prepare 5` and the like. */
export function eventLine(event: TraceEvent): string {
  switch (event.kind) {
    case 'send': {
      const what = `${event.type} ${event.slot} ${shortHash(event.digest)}`;
      return `${event.node} → ${event.to} ${what} ${fateWord(event.deliverAt, event.reason)}`;
    }
    case 'deliver':
      return `${event.node} gets ${event.type} ${event.slot} from ${event.from}`;
    case 'drop':
      return `${event.node} refuses ${event.type} from ${event.from}: ${event.reason}`;
    case 'timer':
      return `${event.node} timer ${event.timer}`;
    case 'decide':
      return `${event.node} decides ${event.slot}: ${shortHash(event.digest)}`;
    case 'state':
      return `${event.node} ${event.alive ? stateWords(event.fields) : 'is down'}`;
    case 'evidence':
      return `${event.node} evidence against ${event.against}: ${event.text}`;
    case 'note':
      return `${event.node} ${event.text}`;
    case 'lock':
    case 'unlock':
      return `${event.node} ${event.kind}s ${event.account} for ${event.transaction}`;
    case 'wait':
      return `${event.node} transaction ${event.transaction} waits for ${event.account}, held by ${event.holder}`;
    case 'commit2pc':
      return `${event.node} transaction ${event.transaction}: ${event.phase}`;
    default:
      return `${event.kind}: ${event.text}`;
  }
}

/** The fields that every protocol declares first: role, epoch, height, phase. */
function stateWords(fields: Readonly<Record<string, unknown>>): string {
  const [role, epoch, height, phase] = Object.entries(fields).map(([name, value]) => [name, value ?? '–'].join(' '));
  return [role, epoch, height, phase].filter((word) => word !== undefined).join(', ');
}

function fateWord(deliverAt: number | undefined, reason: string | undefined): string {
  return deliverAt === undefined ? `(${reason ?? 'lost'})` : `arrives ${formatTime(deliverAt * 1_000)}`;
}

/** What came of a comparison, in a sentence. */
export function verdictText({ firstAtMs, untilMs, commonCount, slots }: Comparison): string {
  const common = plural(commonCount, 'event');
  if (firstAtMs === null) return `No difference up to ${formatTime(untilMs * 1_000)}: all ${common} are the same.`;
  const different = slots.filter(({ verdict }) => verdict === 'different').length;
  const decided =
    different === 0 ? 'no slot was decided differently' : `${plural(different, 'slot')} decided differently`;
  return `The first difference is at ${formatTime(firstAtMs * 1_000)}, after ${common} in common; ${decided}.`;
}

/** `3f9a…c2 by 4 at 1.234 s`, hashes of one slot after one another. */
export function decisionsText(decisions: SlotDecisions): string {
  if (decisions.length === 0) return '–';
  return decisions
    .map(({ digest, at, nodeCount }) => `${shortHash(digest)} by ${nodeCount} at ${formatMs(at / 1_000)}`)
    .join('; ');
}

/** Sign and word of a verdict: never colour alone. */
export const SLOT_SIGNS: Readonly<Record<ComparedSlot['verdict'], string>> = {
  same: '=',
  different: '≠',
  'left only': '←',
  'right only': '→',
};
