/**
 * A fabricated run for looking at the page without a session: plausible messages, votes and decisions of a three-phase
 * protocol, scripted faults. A test fixture: nothing here is consensus, and nothing of it is shipped.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { draw, PURPOSE, scale, streamKey } from '../../core/prng.ts';
import { maxFaulty, quorumSize } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type { Flight, Marker } from '../../session/view.ts';

export const FAKE_DECLARATION: Declaration = {
  name: 'svbft',
  title: 'Quantum SVBFT',
  summary: 'Three phases a block: proposal, prepare, commit.',
  paper: 'fixture',
  messages: [
    {
      type: 'propose',
      label: 'Proposal',
      phase: 'propose',
      exclusive: true,
      vote: false,
      explain: 'The primary proposes a block.',
    },
    {
      type: 'prepare',
      label: 'Prepare',
      phase: 'first',
      exclusive: true,
      vote: true,
      explain: 'A first vote for the proposed block.',
    },
    {
      type: 'commit',
      label: 'Commit',
      phase: 'second',
      exclusive: true,
      vote: true,
      explain: 'A second vote: a quorum prepared it.',
    },
    {
      type: 'view-change',
      label: 'View change',
      phase: 'change',
      exclusive: false,
      vote: true,
      explain: 'Asks for the next primary.',
    },
    {
      type: 'sync-request',
      label: 'Sync',
      phase: 'sync',
      exclusive: false,
      vote: false,
      explain: 'Asks for decided blocks.',
    },
    {
      type: 'submit',
      label: 'Submit',
      phase: 'client',
      exclusive: false,
      vote: false,
      explain: 'A client sends a batch of transfers.',
    },
  ],
  fields: [
    { name: 'role', label: 'Role', kind: 'enum', values: ['primary', 'replica', 'client'], explain: 'Who proposes.' },
    { name: 'epoch', label: 'View', kind: 'epoch', explain: 'Counts changes of primary.' },
    { name: 'height', label: 'Height', kind: 'slot', explain: 'Last decided block.' },
    {
      name: 'phase',
      label: 'Phase',
      kind: 'enum',
      values: ['idle', 'proposed', 'prepared', 'committed', 'view change'],
      explain: 'Where the open block stands.',
    },
    { name: 'lockEpoch', label: 'Lock', kind: 'epoch', explain: 'View of the prepared certificate it is bound to.' },
    { name: 'mempool', label: 'Mempool', kind: 'count', explain: 'Transactions waiting.' },
  ],
  faultModel: 'byzantine',
  words: { epoch: 'view', slot: 'height', leader: 'primary', change: 'view change' },
  quorum: quorumSize,
  behaviours: [],
};

export interface FakeScript {
  readonly validators: number;
  readonly seconds: number;
  /** [node, from s, to s] */
  readonly crashes: readonly (readonly [NodeIndex, number, number])[];
  readonly byzantine: readonly (readonly [NodeIndex, string])[];
  readonly cut: {
    readonly groups: readonly (readonly NodeIndex[])[];
    readonly from: number;
    readonly to: number;
  } | null;
}

export interface FakeQuorum {
  readonly type: number;
  readonly slot: number;
  readonly digest: string;
  readonly votes: { readonly voter: NodeIndex; readonly at: Micros }[];
}

type Fields = Record<string, number | string | boolean | null>;
type Moment = { readonly at: Micros; readonly fields: Fields };

export interface FakeRun {
  readonly script: FakeScript;
  readonly nodeCount: number;
  readonly end: Micros;
  readonly flights: readonly Flight[];
  readonly events: readonly TraceEvent[];
  readonly markers: readonly Marker[];
  readonly moments: readonly (readonly Moment[])[];
  readonly quorums: readonly (readonly FakeQuorum[])[];
  readonly blocks: readonly {
    readonly height: number;
    readonly digest: string;
    readonly epoch: number;
    readonly decidedBy: { node: NodeIndex; at: Micros }[];
  }[];
}

const SECOND = 1_000_000;
type DraftEvent = { readonly at: Micros; readonly node: string } & Readonly<Record<string, unknown>>;

class Fabric {
  readonly flights: Flight[] = [];
  readonly drafts: DraftEvent[] = [];
  readonly markers: { kind: Marker['kind']; at: Micros; label: string }[] = [];
  readonly moments: Moment[][];
  readonly quorums: FakeQuorum[][];
  readonly script: FakeScript;
  readonly #key = streamKey(7, PURPOSE.latency);
  #draws = 0;
  #messages = 0;

  constructor(script: FakeScript) {
    this.script = script;
    this.moments = Array.from({ length: script.validators + 1 }, (_, index) => [
      { at: 0, fields: initialFields(index, script.validators) },
    ]);
    this.quorums = Array.from({ length: script.validators + 1 }, () => []);
  }

  name(index: NodeIndex): string {
    return index < this.script.validators ? `v${index}` : 'c0';
  }

  alive(node: NodeIndex, at: Micros): boolean {
    return !this.script.crashes.some(([who, from, to]) => who === node && at >= from * SECOND && at < to * SECOND);
  }

  isCut(from: NodeIndex, to: NodeIndex, at: Micros): boolean {
    const { cut } = this.script;
    if (cut === null || at < cut.from * SECOND || at >= cut.to * SECOND) return false;
    const group = (node: NodeIndex) => cut.groups.findIndex((members) => members.includes(node));
    return group(from) !== group(to) && group(from) >= 0 && group(to) >= 0;
  }

  set(node: NodeIndex, at: Micros, change: Fields): void {
    const list = this.moments[node] ?? [];
    const fields = { ...list.at(-1)?.fields, ...change };
    list.push({ at, fields });
    this.drafts.push({ at, node: this.name(node), kind: 'state', alive: true, fields });
  }

  /** One message to many; returns arrival times by receiver, null where it never arrives. */
  broadcast(
    from: NodeIndex,
    at: Micros,
    type: number,
    slot: number,
    digest: string,
    bytes: number,
  ): Map<NodeIndex, Micros> {
    const arrivals = new Map<NodeIndex, Micros>();
    const messageId = `${this.name(from)}#${this.#messages++}`;
    const name = FAKE_DECLARATION.messages[type]?.type ?? '';
    for (let to = 0; to < this.script.validators; to++) {
      if (to === from) continue;
      const latency = 60_000 + scale(draw(this.#key, this.#draws++), 120_000);
      const lost = scale(draw(this.#key, this.#draws++), 100) < 2;
      const held = this.isCut(from, to, at);
      const arrivesAt = at + latency;
      const fate = held ? 'held' : lost ? 'lost' : 'delivered';
      const cutEnd = (this.script.cut?.to ?? 0) * SECOND;
      this.flights.push({ messageId, from, to, type, sentAt: at, arrivesAt: held ? cutEnd : arrivesAt, fate, bytes });
      const common = { type: name, slot, epoch: 0, digest, messageId };
      this.drafts.push({
        at,
        node: this.name(from),
        kind: 'send',
        to: this.name(to),
        bytes,
        ...common,
        ...(fate === 'delivered' ? { deliverAt: arrivesAt / 1000 } : { reason: fate }),
      });
      if (fate !== 'delivered') continue;
      if (this.alive(to, arrivesAt)) {
        arrivals.set(to, arrivesAt);
        this.drafts.push({
          at: arrivesAt,
          node: this.name(to),
          kind: 'deliver',
          from: this.name(from),
          arrivedAt: arrivesAt / 1000,
          ...common,
        });
      } else {
        this.drafts.push({
          at: arrivesAt,
          node: this.name(to),
          kind: 'drop',
          from: this.name(from),
          reason: 'crashed',
          ...common,
        });
      }
    }
    return arrivals;
  }
}

function initialFields(index: NodeIndex, validators: number): Fields {
  const role = index === 0 ? 'primary' : index < validators ? 'replica' : 'client';
  return { role, epoch: 0, height: 0, phase: 'idle', lockEpoch: null, mempool: 0 };
}

/** Votes of everyone for one slot; returns when each node saw a quorum. */
function vote(
  fabric: Fabric,
  type: number,
  slot: number,
  digest: string,
  casts: Map<NodeIndex, Micros>,
): Map<NodeIndex, Micros> {
  const { validators } = fabric.script;
  const heard = Array.from({ length: validators }, (): { voter: NodeIndex; at: Micros }[] => []);
  for (const [voter, at] of casts) {
    heard[voter]?.push({ voter, at });
    for (const [to, arrival] of fabric.broadcast(voter, at, type, slot, digest, 3_412))
      heard[to]?.push({ voter, at: arrival });
  }
  const closed = new Map<NodeIndex, Micros>();
  heard.forEach((votes, node) => {
    votes.sort((a, b) => a.at - b.at);
    if (votes.length > 0) fabric.quorums[node]?.push({ type, slot, digest, votes });
    const last = votes[quorumSize(validators) - 1];
    if (last !== undefined && fabric.alive(node, last.at)) closed.set(node, last.at);
  });
  return closed;
}

function hex(slot: number): string {
  const key = streamKey(slot, PURPOSE.keys);
  return [0, 1, 2, 3, 4, 5, 6, 7].map((i) => draw(key, i).toString(16).padStart(8, '0')).join('');
}

/** Fabricates a whole run. */
export function fabricate(script: FakeScript): FakeRun {
  const fabric = new Fabric(script);
  const n = script.validators;
  const blocks: { height: number; digest: string; epoch: number; decidedBy: { node: NodeIndex; at: Micros }[] }[] = [];
  let height = 0;
  for (let at = 300_000; at < script.seconds * SECOND; at += SECOND) {
    const slot = height + 1;
    const leader = leaderAt(fabric, slot, at);
    announce(fabric, leader, at);
    const digest = hex(slot);
    fabric.broadcast(n, at - 200_000, 5, 0, '', 5_100);
    const proposal = fabric.broadcast(leader, at, 0, slot, digest, 18_240).set(leader, at);
    for (const [node, when] of proposal)
      fabric.set(node, when, { phase: 'proposed', mempool: 40 + ((slot * 7 + node) % 30) });
    const prepared = vote(fabric, 1, slot, digest, proposal);
    for (const [node, when] of prepared) fabric.set(node, when, { phase: 'prepared', lockEpoch: 0 });
    const decided = vote(fabric, 2, slot, digest, prepared);
    if (decided.size === 0) continue;
    height = slot;
    const decidedBy = [...decided].map(([node, when]) => ({ node, at: when })).sort((a, b) => a.at - b.at);
    for (const { node, at: when } of decidedBy) {
      fabric.set(node, when, { phase: 'idle', height: slot, mempool: 8 + ((slot + node) % 9) });
      fabric.drafts.push({
        at: when,
        node: fabric.name(node),
        kind: 'decide',
        slot,
        epoch: 0,
        digest: digest.slice(0, 16),
      });
    }
    blocks.push({ height: slot, digest, epoch: 0, decidedBy });
    fabric.markers.push({ kind: 'decision', at: decidedBy[0]?.at ?? at, label: `Height ${slot} decided` });
  }
  markFaults(fabric);
  const events = fabric.drafts
    .sort((a, b) => a.at - b.at)
    .map(({ at, ...rest }, seq) => ({ seq, t: at / 1000, ...rest }) as unknown as TraceEvent);
  return {
    script,
    nodeCount: n + 1,
    end: script.seconds * SECOND,
    flights: fabric.flights.sort((a, b) => a.sentAt - b.sentAt),
    events,
    markers: fabric.markers.sort((a, b) => a.at - b.at).map((marker, seq) => ({ ...marker, seq })),
    moments: fabric.moments.map((list) => list.sort((a, b) => a.at - b.at)),
    quorums: fabric.quorums,
    blocks,
  };
}

function leaderAt(fabric: Fabric, slot: number, at: Micros): NodeIndex {
  const n = fabric.script.validators;
  let leader = (slot - 1) % n;
  while (!fabric.alive(leader, at)) leader = (leader + 1) % n;
  return leader;
}

function announce(fabric: Fabric, leader: NodeIndex, at: Micros): void {
  for (let node = 0; node < fabric.script.validators; node++) {
    if (fabric.alive(node, at)) fabric.set(node, at - 1, { role: node === leader ? 'primary' : 'replica' });
  }
}

function markFaults(fabric: Fabric): void {
  const mark = (kind: Marker['kind'], seconds: number, label: string, fault: string, targets: readonly string[]) => {
    fabric.markers.push({ kind, at: seconds * SECOND, label });
    fabric.drafts.push({
      at: seconds * SECOND,
      node: 'world',
      kind,
      faultId: `f${fabric.markers.length}`,
      fault,
      targets,
      text: label,
    });
  };
  for (const [node, from, to] of fabric.script.crashes) {
    mark('fault', from, `v${node} crashes`, 'crash', [`v${node}`]);
    mark('heal', to, `v${node} restarts`, 'crash', [`v${node}`]);
  }
  const { cut } = fabric.script;
  if (cut !== null) {
    mark('fault', cut.from, 'Partition', 'partition', []);
    mark('heal', cut.to, 'Partition heals', 'partition', []);
  }
  if (fabric.script.byzantine.length > 0 && maxFaulty(fabric.script.validators) > 0) {
    mark('evidence', 4.5, 'v1 signed two conflicting prepares', 'byzantine', ['v1']);
  }
}
