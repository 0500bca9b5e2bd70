/** What HotStuff promises beyond the common invariants, as folds over what correct replicas say and show. */
import { oneCorrect } from '../../core/quorum.ts';
import type { Property } from '../protocol.ts';
import { FIELDS } from './inspect.ts';
import type { Message, Qc } from './messages.ts';

/** Views that a fold remembers; older ones are settled. */
const KEPT = 512;

type Said = Map<string, string>;

/** Null when this is the first word on the matter or the same as the first; else the first. */
function contradiction(said: Said, matter: string, word: string): string | null {
  const first = said.get(matter);
  if (first !== undefined) return first === word ? null : first;
  said.set(matter, word);
  if (said.size > KEPT) {
    for (const oldest of said.keys()) {
      said.delete(oldest);
      break;
    }
  }
  return null;
}

/** The certificate that a correct replica vouches for by sending it. */
function shownBy(message: Message): Qc | null {
  switch (message.type) {
    case 'proposal':
      return message.justify;
    case 'new-view':
    case 'sync-response':
      return message.highQc;
    case 'pre-commit':
    case 'commit':
    case 'decide':
      return message.qc;
    default:
      return null;
  }
}

const oneCertificate: Property<Message> = {
  name: 'one-certificate',
  states: 'a view has certificates for one block at most',
  createMemory: (): Said => new Map(),
  onMessage(memory, { message }) {
    const qc = shownBy(message);
    if (qc === null) return null;
    const first = contradiction(memory as Said, `${qc.view}`, `${qc.digest}/${qc.height}`);
    return first === null ? null : `holds a second certificate of view ${qc.view}, for another block`;
  },
};

const oneVoteAView: Property<Message> = {
  name: 'one-vote-a-view',
  states: 'a correct replica votes once per view and phase, at whatever height',
  createMemory: (): Said => new Map(),
  onMessage(memory, { node, message }) {
    if (message.type !== 'vote' && message.type !== 'pre-commit-vote' && message.type !== 'commit-vote') return null;
    const word = `${message.digest}/${message.height}`;
    const first = contradiction(memory as Said, `${node}/${message.type}/${message.view}`, word);
    return first === null ? null : `cast two votes of one phase in view ${message.view}`;
  },
};

const LOCK = FIELDS.findIndex(({ name }) => name === 'lockEpoch');

const lockRises: Property<Message> = {
  name: 'lock-rises',
  states: 'the lock of a correct replica never moves to an earlier view, whatever crashes',
  createMemory: (): Map<number, number> => new Map(),
  onState(memory, { node, alive, fields }) {
    const locks = memory as Map<number, number>;
    const before = locks.get(node) ?? -1;
    const lock = fields[LOCK] ?? -1;
    if (!alive || lock === before) return null;
    locks.set(node, lock);
    return lock > before ? null : `its lock went back from view ${before} to view ${lock}`;
  },
};

const HIGH = FIELDS.findIndex(({ name }) => name === 'highView');

/** By correct replica: the highest certificate it has shown to hold. All show themselves when the run begins. */
const noHiddenLock: Property<Message> = {
  name: 'no-hidden-lock',
  states: 'whoever is locked, f+1 correct replicas hold that certificate or a later one, so that a leader hears of it',
  createMemory: (): { high: number[]; lock: number[] } => ({ high: [], lock: [] }),
  onState(memory, { node, alive, fields }) {
    const { high, lock } = memory as { high: number[]; lock: number[] };
    if (!alive) return null;
    while (high.length <= node) high.push(-1);
    high[node] = Math.max(high[node] ?? -1, fields[HIGH] ?? -1);
    const view = fields[LOCK] ?? -1;
    if (view <= (lock[node] ?? -1)) return null;
    lock[node] = view;
    const holders = high.filter((held) => held >= view).length;
    return holders >= oneCorrect(high.length)
      ? null
      : `locked in view ${view}, which ${holders} correct replicas know of`;
  },
};

export const properties: readonly Property<Message>[] = [oneCertificate, oneVoteAView, lockRises, noHiddenLock];
