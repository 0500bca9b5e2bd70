/** The view's answers worked out anew from decoded events alone: slow, and sharing nothing with the indexes. For tests. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { SendEvent, TraceEvent } from '../../kernel/trace/events.ts';
import type { Declaration } from '../../protocols/protocol.ts';

export const micros = (ms: number): Micros => Math.round(ms * 1000);

/** `id>to fate` of every copy on its way, sorted. */
export function flightsOf(
  events: readonly TraceEvent[],
  at: Micros,
  nominal: (from: string, to: string) => Micros,
): string[] {
  const flying: string[] = [];
  const releases = events.filter((event): event is SendEvent => event.kind === 'send' && event.copy === 'release');
  const used = new Set<SendEvent>();
  for (const event of events) {
    if (event.kind !== 'send') continue;
    const sentAt = micros(event.t);
    const name = `${event.messageId}>${event.to}`;
    if (event.reason === 'held') {
      const release = releases.find(
        (other) =>
          !used.has(other) && other.messageId === event.messageId && other.to === event.to && other.seq > event.seq,
      );
      if (release !== undefined) used.add(release);
      if (sentAt <= at && at < (release === undefined ? Infinity : micros(release.t))) flying.push(`${name} held`);
      continue;
    }
    const arrivesAt = event.deliverAt === undefined ? sentAt + nominal(event.node, event.to) : micros(event.deliverAt);
    if (sentAt <= at && at < arrivesAt) flying.push(`${name} ${event.deliverAt === undefined ? 'lost' : 'delivered'}`);
  }
  return flying.sort();
}

export interface BruteQuorum {
  readonly type: string;
  readonly slot: number;
  readonly epoch: number;
  readonly digest: string;
  readonly voters: readonly string[];
  readonly closedAt: Micros | null;
}

/** Every group of the node's votes at its largest slot since it last went down; the furthest epoch and phase, most voters first. */
export function quorumOf(
  events: readonly TraceEvent[],
  declaration: Declaration,
  validators: number,
  node: string,
  at: Micros,
): BruteQuorum | null {
  const claims = new Map<string, string>();
  let votes: { t: Micros; type: string; slot: number; epoch: number; digest: string; voter: string }[] = [];
  const own = new Set<string>();
  for (const event of events) {
    const t = micros(event.t);
    if (event.kind === 'send' && event.claimedFrom !== undefined) claims.set(event.messageId, event.claimedFrom);
    if (t > at || event.node !== node) continue;
    if (event.kind === 'state' && !event.alive) votes = [];
    const mine =
      event.kind === 'send' && event.copy === undefined && event.claimedFrom === undefined && !own.has(event.messageId);
    if (!mine && event.kind !== 'deliver') continue;
    if (mine) own.add(event.messageId);
    const declared = declaration.messages.find(({ type }) => type === event.type);
    const voter = claims.get(event.messageId) ?? (event.messageId.split('#')[0] as string);
    if (declared?.vote !== true || !voter.startsWith('v')) continue;
    const digest = declared.exclusive ? event.digest : '';
    votes.push({ t, type: event.type, slot: event.slot, epoch: event.epoch, digest, voter });
  }
  const top = Math.max(...votes.map(({ slot }) => slot));
  const groups = new Map<string, typeof votes>();
  for (const vote of votes.filter(({ slot }) => slot === top)) {
    const key = JSON.stringify([vote.type, vote.epoch, vote.digest]);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    if (!group.some(({ voter }) => voter === vote.voter)) group.push(vote);
  }
  const order = ['change', 'propose', 'first', 'second', 'third'];
  const phase = (type: string): number =>
    order.indexOf(declaration.messages.find((message) => message.type === type)?.phase ?? '');
  const sorted = [...groups.values()].sort((a, b) => {
    const [x, y] = [a[0] as (typeof votes)[number], b[0] as (typeof votes)[number]];
    return y.epoch - x.epoch || phase(y.type) - phase(x.type) || b.length - a.length;
  });
  const [best] = sorted;
  const first = best?.[0];
  if (best === undefined || first === undefined) return null;
  const quorum = declaration.messages.find((message) => message.type === first.type)?.quorum ?? declaration.quorum;
  const closing = best[quorum(validators) - 1];
  const { type, slot, epoch, digest } = first;
  return { type, slot, epoch, digest, voters: best.map(({ voter }) => voter), closedAt: closing?.t ?? null };
}

/** `kind at` of every marker that follows from the events, in order. */
export function markersOf(events: readonly TraceEvent[]): string[] {
  const marks: string[] = [];
  const slots = new Set<number>();
  const epochs = new Map<string, number>();
  const entered = new Set<string>();
  for (const event of events) {
    const at = micros(event.t);
    if (event.kind === 'decide' && !slots.has(event.slot)) {
      slots.add(event.slot);
      marks.push(`decision ${at}`);
    } else if (event.kind === 'fault' || event.kind === 'heal') {
      marks.push(`${event.kind} ${at}`);
    } else if (event.kind === 'state' && event.node.startsWith('v')) {
      const epoch = event.fields['epoch'] as number | null;
      const place = `${Number(event.fields['height']) + 1} ${epoch}`;
      const before = epochs.get(event.node);
      if (before !== undefined && (epoch ?? -1) > before && !entered.has(place)) {
        entered.add(place);
        marks.push(`viewChange ${at}`);
      }
      epochs.set(event.node, epoch ?? -1);
    }
  }
  return marks;
}

/** Messages and bytes by second, copies made by the network or let go left out. */
export function trafficOf(events: readonly TraceEvent[]): ReadonlyMap<number, { messages: number; bytes: number }> {
  const seconds = new Map<number, { messages: number; bytes: number }>();
  for (const event of events) {
    if (event.kind !== 'send' || event.copy !== undefined) continue;
    const second = Math.floor(micros(event.t) / 1_000_000);
    const sum = seconds.get(second) ?? { messages: 0, bytes: 0 };
    seconds.set(second, { messages: sum.messages + 1, bytes: sum.bytes + event.bytes });
  }
  return seconds;
}

/** `height digest: node@at …` of every decided hash up to `at`, sorted. */
export function blocksOf(events: readonly TraceEvent[], at: Micros): string[] {
  const blocks = new Map<string, Map<NodeIndex | string, Micros>>();
  for (const event of events) {
    if (event.kind !== 'decide' || micros(event.t) > at) continue;
    const key = `${event.slot} ${event.digest}`;
    const nodes = blocks.get(key) ?? new Map<string, Micros>();
    blocks.set(key, nodes);
    if (!nodes.has(event.node)) nodes.set(event.node, micros(event.t));
  }
  return [...blocks].map(([key, nodes]) => `${key}: ${[...nodes].map(([node, t]) => `${node}@${t}`).join(' ')}`).sort();
}

/** `id since-ms` of every fault in force, in the order in which they began: a heal ends the last that still lasts. */
export function faultsOf(events: readonly TraceEvent[], at: Micros): string[] {
  const active: { readonly id: string; readonly since: number }[] = [];
  for (const event of events) {
    if (micros(event.t) > at) break;
    if (event.kind === 'fault') active.push({ id: event.faultId, since: event.t });
    if (event.kind !== 'heal') continue;
    const last = active.findLastIndex(({ id }) => id === event.faultId);
    if (last >= 0) active.splice(last, 1);
  }
  return active.map(({ id, since }) => `${id} ${since}`);
}
