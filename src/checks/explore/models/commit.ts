/**
 * Atomic commitment as in Gray & Lamport, "Consensus on Transaction Commit", ACM TODS 31(1), 2006: the specification (their
 * §2, module TCommit) and two-phase commit (§3, module TwoPhase). Variables and actions correspond one to one: `rm` is
 * rmState, `tm` tmState, `prepared` tmPrepared, `sent` the set of Prepared messages, `decision` the Commit or Abort message.
 */
import type { Model, ModelProperty } from '../model.ts';

type Rm = 'working' | 'prepared' | 'committed' | 'aborted';

export interface CommitState {
  readonly rm: readonly Rm[];
}

interface RmAction {
  readonly kind: 'prepare' | 'commit' | 'abort';
  readonly rm: number;
}

/** TCConsistent: nobody commits what another aborts. */
function consistent<S extends CommitState>(): ModelProperty<S> {
  const holds = ({ rm }: S): boolean => !(rm.includes('committed') && rm.includes('aborted'));
  return { name: 'consistent', kind: 'always', holds };
}

function sometimes<S extends CommitState>(name: string, all: Rm): ModelProperty<S> {
  return { name, kind: 'sometimes', holds: ({ rm }) => rm.every((state) => state === all) };
}

/** Transaction commit among `count` resource managers, without messages: what any protocol must look like. */
export function transactionCommit(count: number): Model<CommitState, RmAction> {
  return {
    name: 'transaction-commit',
    explain: `the specification of atomic commitment, ${count} resource managers (Gray & Lamport 2006, §2)`,
    initial: () => [{ rm: Array.from({ length: count }, () => 'working' as const) }],
    actions: ({ rm }) => {
      const canCommit = rm.every((state) => state === 'prepared' || state === 'committed');
      const notCommitted = !rm.includes('committed');
      return rm.flatMap((state, i): RmAction[] => [
        ...(state === 'working' ? [{ kind: 'prepare' as const, rm: i }] : []),
        ...(state === 'prepared' && canCommit ? [{ kind: 'commit' as const, rm: i }] : []),
        ...((state === 'working' || state === 'prepared') && notCommitted ? [{ kind: 'abort' as const, rm: i }] : []),
      ]);
    },
    next: ({ rm }, { kind, rm: i }) => ({ rm: replaced(rm, i, AFTER[kind]) }),
    key: ({ rm }) => rm.join(),
    actionKey: ({ kind, rm }) => `${kind} ${rm}`,
    show: ({ kind, rm }) => `rm${rm} ${kind}s`,
    properties: [consistent(), sometimes('can commit', 'committed'), sometimes('can abort', 'aborted')],
  };
}

const AFTER = { prepare: 'prepared', commit: 'committed', abort: 'aborted' } as const;

export interface TwoPhaseState extends CommitState {
  readonly tm: 'init' | 'committed' | 'aborted';
  readonly prepared: readonly boolean[];
  readonly sent: readonly boolean[];
  readonly decision: 'commit' | 'abort' | null;
}

type TwoPhaseKind =
  | 'tm hears prepared'
  | 'tm commits'
  | 'tm aborts'
  | 'prepares'
  | 'chooses to abort'
  | 'hears commit'
  | 'hears abort'
  | 'gives up after its yes';

interface TwoPhaseAction {
  readonly kind: TwoPhaseKind;
  /** −1 for the transaction manager alone. */
  readonly rm: number;
}

/** Which rule is broken: an in-doubt participant that aborts on its own. */
export type TwoPhaseMutant = 'release-after-yes' | null;

/** Two-phase commit with one transaction manager; messages stay in the network for ever and may be heard again. */
export function twoPhaseCommit(count: number, mutant: TwoPhaseMutant = null): Model<TwoPhaseState, TwoPhaseAction> {
  const none = Array.from({ length: count }, () => false);
  const rm = Array.from({ length: count }, () => 'working' as const);
  return {
    name: 'two-phase-commit',
    explain: `two-phase commit, ${count} resource managers (Gray & Lamport 2006, §3)`,
    initial: () => [{ rm, tm: 'init', prepared: none, sent: none, decision: null }],
    actions: (state) => twoPhaseActions(state, mutant),
    next: twoPhaseNext,
    key: (state) => [state.tm, state.decision, ...state.rm, bits(state.prepared), bits(state.sent)].join(),
    actionKey: ({ kind, rm: i }) => `${i} ${kind}`,
    show: ({ kind, rm: i }) => (i < 0 ? kind : kind === 'tm hears prepared' ? `${kind} of rm${i}` : `rm${i} ${kind}`),
    properties: [consistent(), sometimes('can commit', 'committed'), sometimes('can abort', 'aborted')],
    // What managers do by themselves touches their own fields; the transaction manager decides once, for all.
    areIndependent: (a, b) => a.rm >= 0 && b.rm >= 0 && a.rm !== b.rm,
  };
}

function twoPhaseActions(
  { tm, rm, prepared, sent, decision }: TwoPhaseState,
  mutant: TwoPhaseMutant,
): TwoPhaseAction[] {
  const actions: TwoPhaseAction[] = [];
  if (tm === 'init' && prepared.every(Boolean)) actions.push({ kind: 'tm commits', rm: -1 });
  if (tm === 'init') actions.push({ kind: 'tm aborts', rm: -1 });
  for (const [i, state] of rm.entries()) {
    const add = (kind: TwoPhaseKind, isEnabled: boolean): void => void (isEnabled && actions.push({ kind, rm: i }));
    add('tm hears prepared', tm === 'init' && sent[i] === true);
    add('prepares', state === 'working');
    add('chooses to abort', state === 'working');
    add('hears commit', decision === 'commit');
    add('hears abort', decision === 'abort');
    add('gives up after its yes', mutant === 'release-after-yes' && state === 'prepared');
  }
  return actions;
}

function twoPhaseNext(state: TwoPhaseState, { kind, rm: i }: TwoPhaseAction): TwoPhaseState {
  const become = (rm: Rm): TwoPhaseState => ({ ...state, rm: replaced(state.rm, i, rm) });
  switch (kind) {
    case 'tm commits':
      return { ...state, tm: 'committed', decision: 'commit' };
    case 'tm aborts':
      return { ...state, tm: 'aborted', decision: 'abort' };
    case 'tm hears prepared':
      return { ...state, prepared: replaced(state.prepared, i, true) };
    case 'prepares':
      return { ...become('prepared'), sent: replaced(state.sent, i, true) };
    case 'hears commit':
      return become('committed');
    case 'chooses to abort':
    case 'hears abort':
    case 'gives up after its yes':
      return become('aborted');
  }
}

function replaced<T>(items: readonly T[], index: number, item: T): T[] {
  return items.map((other, i) => (i === index ? item : other));
}

const bits = (flags: readonly boolean[]): string => flags.map((flag) => (flag ? '1' : '0')).join('');
