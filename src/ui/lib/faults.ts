/** The faults a person can cause by hand: what each is, in one line, and how it is written in a scenario. Pure. */
import { faultDomain } from '../../core/quorum.ts';
import type { Behaviour, MessageAction } from '../../kernel/plan.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type { FaultInput } from '../../scenario/types.ts';
import type { Frame } from '../../session/view.ts';
import { foldIds, sentence } from './format.ts';

export interface FaultChoice {
  readonly label: string;
  readonly explain: string;
  readonly fault: FaultInput;
}

/** Every behaviour of a traitor, in one sentence. Keyed by the type, so that a new one cannot be forgotten. */
export const BEHAVIOUR_TEXT: Readonly<Record<Behaviour, string>> = {
  silent: 'Receives everything, says nothing.',
  selective: 'Talks to some and ignores the others.',
  equivocate: 'As leader, shows different blocks to different nodes.',
  'double-vote': 'Votes for two values in the same phase.',
  'forged-sender': 'Sends messages in the names of others.',
  corrupt: 'Flips bytes in what it sends.',
  replay: 'Sends old messages again.',
  withhold: 'Holds its votes back until they are late.',
  'duplicate-votes': 'Sends the same vote many times over.',
  transplant: 'Passes a signature off as one for another statement.',
  'inflate-certificate': 'Pads certificates with repeated signers.',
  twins: 'Two machines run with this one identity.',
};

const HOOKED: ReadonlySet<Behaviour> = new Set([
  'equivocate',
  'double-vote',
  'forged-sender',
  'transplant',
  'inflate-certificate',
]);

/** How a testnet is split, as far as it matters for what can go wrong; null where it is one. */
export type ShardSetting = Pick<NonNullable<Frame['scenario']['shards']>, 'commit' | 'validatorsPerShard'> | null;

/** Whether lying is within the protocol's faults. A shard of several validators bears liars, whatever shards of one node bear. */
export function bearsLiars({ faultModel }: Pick<Declaration, 'faultModel'>, shards: ShardSetting): boolean {
  const validatorsPerShard = shards?.validatorsPerShard ?? null;
  return faultDomain({ validatorCount: 1, validatorsPerShard }, faultModel).faultModel === 'byzantine';
}

/** Behaviours that a traitor of this protocol is capable of: the generic ones and those it has hooks for. */
export function behavioursFor(hooks: readonly string[]): readonly Behaviour[] {
  return (Object.keys(BEHAVIOUR_TEXT) as Behaviour[]).filter(
    (behaviour) => !HOOKED.has(behaviour) || hooks.includes(behaviour),
  );
}

/** What can go wrong with the machine of a node. */
export function machineFaults(id: string, others: readonly string[]): readonly FaultChoice[] {
  return [
    { label: 'Crash', explain: 'Stops; a restart finds its disk whole.', fault: { kind: 'crash', target: id } },
    {
      label: 'Crash, losing the disk',
      explain: 'Stops; a restart remembers nothing.',
      fault: { kind: 'crash', target: id, restart: 'amnesia' },
    },
    {
      label: 'Crash in a write',
      explain: 'Stops; the last write is missing.',
      fault: { kind: 'crash', target: id, restart: 'torn' },
    },
    {
      label: 'Slow down 10×',
      explain: 'Its CPU takes ten times as long.',
      fault: { kind: 'slow', target: id, factor: 10 },
    },
    {
      label: 'Isolate',
      explain: 'A partition with this node alone on one side.',
      fault: { kind: 'partition', groups: [[id], [...others]] },
    },
  ];
}

/** Crashes at a step of a transaction between shards, in the order in which it comes by them; none where there are no such steps. */
export function stepCrashes(
  id: string,
  { transactions }: Pick<Declaration, 'transactions'>,
  commit: '2pc' | '3pc' | null = null,
): readonly FaultChoice[] {
  return (transactions?.crashes ?? [])
    .filter((crash) => commit === null || crash.commit === undefined || crash.commit === commit)
    .map(({ of, label, explain, point }) => ({
      label: `${sentence(of)} ${label}`,
      explain,
      fault: { kind: 'crash', target: id, point },
    }));
}

export function byzantineFaults(id: string, hooks: readonly string[]): readonly FaultChoice[] {
  return behavioursFor(hooks).map((behaviour) => ({
    label: behaviour,
    explain: BEHAVIOUR_TEXT[behaviour],
    fault: { kind: 'byzantine', target: id, behaviour },
  }));
}

export interface LinkSettings {
  readonly delayMs: number;
  /** 0 … 100. */
  readonly lossPercent: number;
}

/** What can go wrong with the link between two nodes. */
export function linkFaults(from: string, to: string, { delayMs, lossPercent }: LinkSettings): readonly FaultChoice[] {
  const link = { kind: 'link' as const, from: [from], to: [to] };
  return [
    { label: 'Delay', explain: `Every copy takes ${delayMs} ms longer.`, fault: { ...link, delayMs } },
    {
      label: 'Make lossy',
      explain: `${lossPercent} % of copies are lost.`,
      fault: { ...link, loss: lossPercent / 100 },
    },
    { label: 'Cut', explain: 'Neither hears the other.', fault: { ...link, loss: 1 } },
    { label: 'Cut one way', explain: `${to} no longer hears ${from}.`, fault: { ...link, symmetric: false, loss: 1 } },
  ];
}

/** What becomes of a message that was caught, as an ending of "it is …". */
export const MESSAGE_ACTION_TEXT: Readonly<Record<MessageAction, string>> = {
  drop: 'dropped',
  delay: 'delayed',
  duplicate: 'doubled',
  alter: 'altered',
};

/** A fault as it was asked for, in a few words. */
export function faultText(fault: FaultInput): string {
  switch (fault.kind) {
    case 'crash':
      return `${fault.target} crashes${pointText(fault.point)}${DISK_TEXT[fault.restart ?? 'durable'] ?? ''}`;
    case 'partition':
      return foldIds(`${fault.groups[0]?.join(', ')} cut off from ${fault.groups.slice(1).flat().join(', ')}`);
    case 'link':
      return foldIds(`the link ${fault.from?.join(', ') ?? 'from all'} – ${fault.to?.join(', ') ?? 'to all'}`);
    case 'message':
      return `${fault.message} to ${fault.to?.join(', ') ?? 'everybody'} is ${MESSAGE_ACTION_TEXT[fault.action ?? 'drop']}`;
    case 'slow':
      return `${fault.target} slows down`;
    case 'byzantine':
      return `${fault.target} turns Byzantine: ${fault.behaviour}`;
  }
}

const POINT_TEXT = {
  receive: 'instead of handling',
  send: 'instead of sending',
  sent: 'right after sending',
} as const;

function pointText(point: (FaultInput & { readonly kind: 'crash' })['point']): string {
  if (point == null) return '';
  const { on, type, nth = 1 } = point;
  return ` ${POINT_TEXT[on]} its ${nth === 1 ? `next ${type}` : `${type} no. ${nth}`}`;
}

const DISK_TEXT: Readonly<Record<string, string>> = {
  durable: '',
  amnesia: ', losing its disk',
  torn: ', its last write torn',
};

/** What the run says of a fault, shorter: ids as ranges, and of the disk only what is out of the ordinary. */
export function briefFault(text: string): string {
  return foldIds(text).replace(/ \((durable|amnesia|torn) disk\)/g, (_, disk: string) => DISK_TEXT[disk] ?? '');
}

/** What ending a fault is called. */
export function healWord(kind: string): string {
  return kind === 'crash' ? 'Restart' : 'Heal';
}

/** Two halves of the validators, for a partition. */
export function halves(ids: readonly string[]): readonly [readonly string[], readonly string[]] {
  const middle = Math.ceil(ids.length / 2);
  return [ids.slice(0, middle), ids.slice(middle)];
}
