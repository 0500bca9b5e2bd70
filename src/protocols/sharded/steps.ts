/** The steps of a transaction as the trace shows them, and those at which a crash shows what the protocol is worth. */
import type { Message } from './messages.ts';
import type { Spoken } from './replicated/wire.ts';
import type { CrashStep, TransactionsDeclaration, TransactionStep } from '../crossing.ts';

const STEPS: readonly TransactionStep[] = [
  { step: 'prepare', by: 'coordinator', means: 'begin', label: 'asks for votes' },
  { step: 'asks its leaves', by: 'coordinator', means: 'gather', label: 'asks the leaves of its parent' },
  { step: 'prepared', by: 'participant', means: 'promise', label: 'votes YES' },
  { step: 'commit', by: 'coordinator', means: 'decide', outcome: 'commit', label: 'decides COMMIT' },
  { step: 'abort', by: 'coordinator', means: 'decide', outcome: 'abort', label: 'decides ABORT' },
  { step: 'committed', by: 'participant', means: 'end', outcome: 'commit', label: 'commits' },
  { step: 'aborted', by: 'participant', means: 'end', outcome: 'abort', label: 'aborts' },
];

const at = (on: CrashStep['point']['on'], type: string): CrashStep['point'] => ({ on, type, nth: 1 });

/** In the order in which a transaction comes by them. */
const CRASHES: readonly CrashStep[] = [
  {
    of: 'coordinator',
    label: 'before it asks for votes',
    explain: 'Nobody has heard of the transaction: restarted, it aborts.',
    point: at('send', 'prepare-request'),
  },
  {
    of: 'coordinator',
    label: 'after its first PREPARE',
    explain: 'One shard locks and votes, the others were never asked.',
    point: at('sent', 'prepare-request'),
  },
  {
    of: 'coordinator',
    label: 'before it hears a vote',
    explain: 'All may have voted YES: in two phases they are in doubt until it is back.',
    point: at('receive', 'vote'),
  },
  {
    of: 'coordinator',
    label: 'before its first PRE-COMMIT',
    explain: 'All voted YES, nobody has written the outcome down: the others abort.',
    point: at('send', 'pre-commit'),
    commit: '3pc',
  },
  {
    of: 'coordinator',
    label: 'after its first PRE-COMMIT',
    explain: 'A shard has the outcome on disk: the others end the transaction without their coordinator.',
    point: at('sent', 'pre-commit'),
    commit: '3pc',
  },
  {
    of: 'coordinator',
    label: 'decided, before its first COMMIT',
    explain: 'The decision is on its disk and nowhere else.',
    point: at('send', 'commit-request'),
  },
  {
    of: 'coordinator',
    label: 'after its first COMMIT',
    explain: 'One shard has committed, the others hold their locks and ask around.',
    point: at('sent', 'commit-request'),
  },
  {
    of: 'coordinator',
    label: 'before it hears an acknowledgement',
    explain: 'All are done; restarted, it says COMMIT again and nobody minds.',
    point: at('receive', 'acknowledge'),
  },
  {
    of: 'participant',
    label: 'before it prepares',
    explain: 'Its vote is missing: the coordinator aborts when its patience ends.',
    point: at('receive', 'prepare-request'),
  },
  {
    of: 'participant',
    label: 'prepared, before its vote',
    explain: 'Its promise is on disk but was never said.',
    point: at('send', 'vote'),
  },
  {
    of: 'participant',
    label: 'after its vote',
    explain: 'Restarted, it finds in its log that it is in doubt, locks again and asks.',
    point: at('sent', 'vote'),
  },
  {
    of: 'participant',
    label: 'before it carries COMMIT out',
    explain: 'The others have committed; its part waits on its disk.',
    point: at('receive', 'commit-request'),
  },
  {
    of: 'participant',
    label: 'committed, before its acknowledgement',
    explain: 'Restarted, it acknowledges when it is told again, and executes nothing twice.',
    point: at('send', 'acknowledge'),
  },
];

const DOUBT: Readonly<Record<string, string>> = {
  block: 'keeps its locks and asks until somebody knows the outcome',
  'release-after-timeout': 'releases its locks after a while: impatient, and wrong whenever the others have committed',
  'heuristic-commit': 'commits by itself after a while: impatient, and wrong whenever the others have aborted',
  'heuristic-abort': 'aborts by itself after a while: impatient, and wrong whenever the others have committed',
};

const DOWN = {
  alone: 'Its accounts wait for its disk: no other shard knows what they hold.',
  council:
    'Its accounts wait for its disk: no other shard knows what they hold. Once it is back, they go where the council has said.',
} as const;

const LOCKS: Readonly<Record<string, string>> = {
  'wound-wait': 'an older transaction takes the lock from a younger one, a younger one waits',
  ordered: 'accounts are locked in one order everywhere, so that nobody waits in a circle',
  none: 'it is first come, first served: nothing keeps deadlocks away but a limited wait',
};

const MESSAGES = [
  'prepare-request',
  'vote',
  'pre-commit',
  'pre-acknowledge',
  'commit-request',
  'abort-request',
  'acknowledge',
  'status-query',
  'status-reply',
  'result',
  'wound',
  'refusal',
] as const;

/** Sealed, a bundle is its receiver's alone. */
function itemsOf(carrier: unknown): readonly { readonly type: string; readonly transaction: number }[] | null {
  const message = carrier as Message | Spoken;
  if (message.type !== 'bundle') return null;
  return message.items.flatMap((item) => ('slot' in item ? [{ type: item.type, transaction: item.slot }] : []));
}

export const transactions: TransactionsDeclaration = {
  messages: MESSAGES,
  carriers: { types: ['bundle'], inside: itemsOf },
  steps: STEPS,
  crashes: CRASHES,
  parents: ({ nested = [] }) =>
    nested.map((leaves, place) => ({ name: `p${place}`, shards: [...leaves].sort((a, b) => a - b) })),
  policies({ inDoubt = 'block', lockPolicy = 'wound-wait', council = false }) {
    return {
      locks: LOCKS[String(lockPolicy)] ?? String(lockPolicy),
      doubt: DOUBT[String(inDoubt)] ?? String(inDoubt),
      down: council === true ? DOWN.council : DOWN.alone,
    };
  },
};
