/**
 * What a protocol is to the rest of the playground: a deterministic state machine, (state, input) → effects, that also
 * declares itself, so that hosts run it, views draw it and checkers judge it without knowing it.
 */
import type { NodeIndex } from '../core/ids.ts';
import type { StreamKey } from '../core/prng.ts';
import type { Problem } from '../core/problem.ts';
import type { Micros } from '../core/time.ts';
import type { TransactionsDeclaration } from './crossing.ts';
import type { Dealings } from './dealings.ts';
import type { NetDeclaration } from './net.ts';
import type { Property } from './property.ts';

export type { Dealing } from './dealings.ts';
export type { Property, PropertySetting } from './property.ts';

/** A signature over a message as its signer sent it. Enough, with the message, to convince a third party. */
export interface SignedRef {
  readonly signer: NodeIndex;
  readonly signature: Uint8Array;
}

/** What happened to the machine, at virtual time `now`. Messages are verified before they get here: `from` is authentic. */
export type Input<M, T, C> =
  | { readonly kind: 'start'; readonly now: Micros }
  | {
      readonly kind: 'message';
      readonly now: Micros;
      readonly from: NodeIndex;
      readonly message: M;
      readonly proof: SignedRef;
    }
  | { readonly kind: 'timeout'; readonly now: Micros; readonly timer: T }
  | { readonly kind: 'command'; readonly now: Micros; readonly command: C };

/** What was decided for one slot, in the neutral words of kernel, checks and views. */
export interface Decision {
  readonly slot: number;
  readonly epoch: number;
  /** Hash of what was decided, 64 lower-case hex digits. */
  readonly digest: string;
  /** Plain data for checkers and inspector: the protocol's `describeDecision` reads it. */
  readonly value: unknown;
  readonly certificate: unknown;
  /** Taken over with a snapshot: the slots between it and the node's last one are decided by it, not one by one. */
  readonly isSnapshot?: boolean;
}

/** What the machine wants done, in this order. The host signs, sends, charges CPU time and records. */
export interface Effects<M, T, R> {
  /** Signs and sends to one node. Returns our own signature, for certificates that need it. */
  send(to: NodeIndex, message: M): SignedRef;
  /** Signs once and sends to every other validator. */
  broadcast(message: M): SignedRef;
  /** Signs once and sends to these. Harnesses that have no groups of nodes leave it out: `sign` and `relay` do the same. */
  multicast?(to: readonly NodeIndex[], message: M): SignedRef;
  /** Signs a statement of our own that is not sent by itself (a vote that travels inside another message). */
  sign(message: M): SignedRef;
  /** Passes on, unchanged, a message somebody else signed. */
  relay(to: NodeIndex, message: M, proof: SignedRef): void;
  /** (Re)arms a timer; timers are told apart by `timerKey`. A timer carries its own view, so a late one is inert. */
  setTimer(timer: T, after: Micros): void;
  cancelTimer(timer: T): void;
  /** Durable before anything of this step leaves the node. Replayed by `recover` after a crash. */
  persist(record: R): void;
  /**
   * Puts these records in the place of everything on disk, at once or not at all: what the old ones said is in them or of no more
   * use. Harnesses whose disks only grow leave it out.
   */
  rewrite?(records: readonly R[]): void;
  decide(decision: Decision): void;
  /** Which rule fired, or why an input was refused: a short constant text. */
  note(rule: string): void;
  /**
   * A lock taken, waited for or released, or a transaction that came one step further. `holder`: who is waited for (`wait` alone),
   * one mark for each. Harnesses that keep no trace leave it out.
   */
  mark?(kind: MarkKind, transaction: number, what: string, holder?: number): void;
  /** Two conflicting statements by one signer: proof for anyone that it lied. */
  evidence(against: NodeIndex, what: string, first: SignedMessage<M>, second: SignedMessage<M>): void;
}

/** Steps of transactions between shards, as the trace shows them. */
export type MarkKind = 'lock' | 'unlock' | 'commit2pc' | 'wait';

export interface SignedMessage<M> {
  readonly message: M;
  readonly proof: SignedRef;
}

/** What a machine may know of the world besides its inputs. Constant during a run, except `verify`'s cost. */
export interface NodeContext<C, M> {
  readonly self: NodeIndex;
  /** Validators are nodes 0 … validatorCount−1, clients follow. */
  readonly validatorCount: number;
  readonly clientCount: number;
  /** Voting power by validator. */
  readonly stakes: readonly number[];
  readonly config: C;
  readonly mutant: string | null;
  /** The node's own random stream for `draw(key, counter)`; the counter is part of the state. */
  readonly random: StreamKey;
  readonly workload: Workload;
  /** How the testnet is split; absent: each validator is a shard where the protocol has shards. */
  readonly shards?: Shards;
  /** Signature suite by validator, as it is registered; absent: all alike. */
  readonly suites?: readonly string[];
  /** Charges the node for other cryptography than signatures, virtual µs of CPU. Harnesses without a CPU leave it out. */
  spend?(micros: Micros): void;
  /** Whether `signer` signed this message. Costs the node the CPU time of one verification. */
  verify(signer: NodeIndex, message: M, signature: Uint8Array): boolean;
  /**
   * Whether all of them signed this message; costs what one `verify` each costs, up to the first that did not. A host knows a
   * certificate that it met before. Absent: `verify` one by one (`verifyAll` in common/proofs.ts does either).
   */
  verifyAll?(message: M, proofs: readonly SignedRef[]): boolean;
}

/** How a testnet is split into shards. Validator k belongs to shard ⌊k / validatorsPerShard⌋. */
export interface Shards {
  /** All of them, the spare ones included. */
  readonly count: number;
  /** The first so many keep the accounts at first, the others are spare; absent: all. */
  readonly initialCount?: number;
  readonly validatorsPerShard: number;
  /** By which rule accounts were dealt (`sharding/map`). */
  readonly strategy: 'hash' | 'range' | 'adaptive' | 'workload' | 'hybrid';
  /** The shard that keeps each account at first; absent: as the strategy says where all accounts are alike. */
  readonly home?: readonly number[];
  /** Who coordinates a transaction: the shard of its first input, or the best reputed one that takes part. Absent: `home`. */
  readonly coordinator?: 'home' | 'reputation';
  /** Splits and merges to come, by time. */
  readonly changes?: readonly ShardChange[];
  /** Shards are split and merged by their load. */
  readonly isDynamic?: boolean;
  /** Shards that are divided: the leaves of each. Absent or empty: none is. */
  readonly nested?: readonly (readonly number[])[];
  /** Phases of the atomic commit between shards. */
  readonly commit: '2pc' | '3pc';
}

/** A change of the map: half of the accounts of `shard` go to `into`, or all of them. */
export interface ShardChange {
  readonly at: Micros;
  readonly kind: 'split' | 'merge';
  readonly shard: number;
  readonly into: number;
}

/** The load that clients put on the testnet. */
export interface Workload {
  /** Transfers per virtual second over all clients; 0 = none. */
  readonly ratePerSecond: number;
  /** A client signs what it collected so often, µs. */
  readonly batchMicros: Micros;
  /** Accounts, all with the same balance at genesis. */
  readonly accountCount: number;
  readonly initialBalance: number;
  /** Share of transactions that cross shards, per million; absent: 0. */
  readonly crossShardPpm?: number;
  /** So many per million of the accounts that transfers name are among the first `accountCount`; absent: all alike. */
  readonly hotspot?: { readonly accountCount: number; readonly ppm: number };
}

/** Same state and input, same effects: no clock, no randomness, no I/O. Owns its state (plain data) and updates it in place. */
export interface Machine<S, M, T, C, R, K> {
  /** The state of a node that starts fresh. */
  create(ctx: NodeContext<K, M>): S;
  /** The state after a crash: only what was persisted, oldest first. The host feeds `start` afterwards in both cases. */
  recover(ctx: NodeContext<K, M>, records: readonly R[]): S;
  step(state: S, input: Input<M, T, C>, out: Effects<M, T, R>, ctx: NodeContext<K, M>): void;
  /** Tells timers apart: equal keys are the same timer. */
  timerKey(timer: T): string;
  /** Writes the declared fields (see `Declaration.fields`), one 32-bit integer each, −1 for "none". */
  observe(state: S, out: Int32Array): void;
  /** Everything the node knows, as plain JSON-like data, for the inspector and `testnet.node(id)`. */
  inspect(state: S): NodeKnowledge;
}

/** The neutral part of what every node can tell; `details` is the protocol's own. */
export interface NodeKnowledge {
  readonly role: string;
  readonly epoch: number;
  readonly height: number;
  readonly phase: string;
  readonly lock: unknown;
  readonly certificates: readonly unknown[];
  readonly log: readonly unknown[];
  readonly ledgerRoot: string | null;
  readonly balances: readonly number[];
  readonly mempoolSize: number;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A machine whose types are its own business. */
// biome-ignore lint/suspicious/noExplicitAny: an existential type; hosts only pass its values back to it.
export type AnyMachine = Machine<any, any, any, any, any, any>;

/** What the trace says of a message without decoding it. */
export interface MessageMeta {
  /** Position in `Declaration.messages`. */
  readonly type: number;
  readonly slot: number;
  readonly epoch: number;
  /** What it is about (a block hash, 64 hex digits), or '' where nothing. */
  readonly digest: string;
}

/** Carries meaning: colour and letter of the page follow from it. */
export type PhaseRole = 'propose' | 'first' | 'second' | 'third' | 'change' | 'cross' | 'sync' | 'client';

export interface MessageDeclaration {
  /** `message.type` on the wire. */
  readonly type: string;
  readonly label: string;
  readonly phase: PhaseRole;
  /** A correct node sends at most one digest per (slot, epoch) of this type: two are equivocation. */
  readonly exclusive: boolean;
  /** Counts towards a quorum around the receiver. */
  readonly vote: boolean;
  /** Distinct votes of this type that complete what they are for among n nodes; absent: `Declaration.quorum`. */
  quorum?(validatorCount: number): number;
  /**
   * Among whom its votes are counted: the validators of the voter's shard, or whoever takes part in what it is about, which is no
   * one number. Absent: all validators.
   */
  readonly among?: 'shard' | 'parts';
  /** One sentence for people. */
  readonly explain: string;
}

export interface FieldDeclaration {
  readonly name: string;
  readonly label: string;
  /** enum: the integer is an index into `values`; time: ms; slot/epoch/count: plain. */
  readonly kind: 'enum' | 'slot' | 'epoch' | 'count' | 'boolean' | 'node';
  readonly values?: readonly string[];
  readonly explain: string;
  /** Only some runs have it: records end before it where it and all after it are −1. Stands behind all that every run has. */
  readonly isOptional?: boolean;
}

/** How a protocol describes itself to views, checkers and words. */
export interface Declaration {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly paper: string;
  readonly messages: readonly MessageDeclaration[];
  /** The first six are, for every protocol: role, epoch, height (last decided slot), phase, lockEpoch, mempool. */
  readonly fields: readonly FieldDeclaration[];
  readonly faultModel: 'byzantine' | 'crash';
  /** The protocol's own words for the neutral ones. */
  readonly words: {
    readonly epoch: string;
    readonly slot: string;
    readonly leader: string;
    readonly change: string;
    /** What is decided, one of them; absent: a block. */
    readonly value?: string;
  };
  /** How its epochs pass; absent: every slot counts its own, and a later one is entered because an earlier one failed. */
  readonly epochs?: {
    /** What one count belongs to: a slot (rounds of a height), the whole run (terms) or each node (its restarts). */
    readonly of: 'slot' | 'run' | 'node';
    /** The next one is entered in the ordinary course; only those that a quorum asked for by messages of phase `change` are changes. */
    readonly rotate?: boolean;
  };
  /**
   * Enums that hold for a whole shard from some point of its log on, and the field that says from where: the timeline marks each
   * change once.
   */
  readonly regimes?: readonly { readonly field: string; readonly since: string }[];
  /** False where nobody leads the others; absent: somebody must. */
  readonly hasLeader?: boolean;
  /** Distinct votes that make a certificate among n nodes. */
  quorum(validatorCount: number): number;
  /** Adversary behaviours this protocol has hooks for, beyond the generic ones. */
  readonly behaviours: readonly string[];
  /** The common invariants that this protocol promises; all of them where it does not say. */
  readonly guarantees?: readonly Guarantee[];
  /** In which order its steps must come, for replay, analysis and the page. */
  readonly net?: NetDeclaration;
  /** Its transactions between shards; absent where it has none. */
  readonly transactions?: TransactionsDeclaration;
}

/** The common invariants, by the name under which they are judged. */
export type Guarantee =
  | 'agreement'
  | 'prefix-consistency'
  | 'validity'
  | 'certificates'
  | 'one-vote'
  | 'liveness'
  /** Judged only where it is promised. */
  | 'no-stale-lock';

/** A known-broken variant: never the default, always caught by the named checker in the named scenario. */
export interface Mutant {
  readonly name: string;
  readonly breaks: 'safety' | 'liveness';
  readonly what: string;
  readonly source: string;
  /** Preset that exposes it, and the check that must fire. */
  readonly scenario: string;
  readonly check: string;
  /** Configuration without which it changes nothing; absent: it changes something in any. */
  readonly needs?: Readonly<Record<string, unknown>>;
}

/** What only this protocol's traitor can do; the generic adversary calls it. Pure, like the machine. */
export interface AdversaryHooks<S, M, K> {
  /** A message that conflicts with `message` (another block for the same slot), or null if it cannot be contradicted. */
  conflicting(message: M, state: S, ctx: NodeContext<K, M>): M | null;
  /** Votes that others would have to send for `message` to win: forged in their names. */
  forgeries(message: M, ctx: NodeContext<K, M>): readonly { readonly claimedFrom: NodeIndex; readonly message: M }[];
  /** A statement to pass off under a signature made for another one (`stolen`), or null: exposes missing domain separation. */
  transplant(stolen: SignedMessage<M>, ctx: NodeContext<K, M>): M | null;
  /** The same message with its certificates padded by repeated signers, or null where it has none. */
  inflate(message: M, ctx: NodeContext<K, M>): M | null;
}

/** What a checker needs of a decided value. */
export interface DecidedBlock {
  readonly hash: string;
  readonly parent: string;
  readonly height: number;
  readonly stateRoot: string;
  readonly proposer: NodeIndex;
  readonly batches: readonly unknown[];
  /** Batches that were decided to have no effect (an aborted transaction); absent: none. */
  readonly aborted?: readonly unknown[];
  /** Shards that its batches touch; absent where there are none. */
  readonly shards?: readonly number[];
}

export interface Protocol<S, M extends { readonly type: string }, T, C, R, K> {
  readonly declaration: Declaration;
  readonly mutants: readonly Mutant[];
  /**
   * Validates the scenario's `protocol.config` and fills in defaults. `validatorCount`: of the testnet it is for, where
   * that is known, so that it names nobody who is not there. `validatorsPerShard`: where they are split into shards; absent: 1.
   */
  parseConfig(
    raw: Readonly<Record<string, unknown>>,
    validatorCount?: number,
    validatorsPerShard?: number,
  ): { readonly config: K } | { readonly problems: readonly Problem[] };
  /** JSON Schema of `protocol.config`, each property with description and default. */
  readonly configSchema: Readonly<Record<string, unknown>>;
  readonly validator: Machine<S, M, T, C, R, K>;
  /** What its clients run where they must do more than submit signed batches (await replies, read); absent: the common one. */
  readonly client?: AnyMachine;
  readonly properties?: readonly Property<M>[];
  /** What its clients ask and are told; absent: they hear nothing, and a transfer is answered where it is first decided. */
  readonly dealings?: Dealings<M>;
  /** Shape check of decoded bytes from a peer; null when it is not a message. Never throws. */
  parseMessage(value: unknown): M | null;
  meta(message: M): MessageMeta;
  /** What is signed for a message, as plain data to encode. The chain and shard are prefixed by the host. */
  statement(message: M, mutant: string | null): unknown;
  /** Signatures that travel inside the message (certificates, client batches): counted in its size, verified ahead. */
  embedded(message: M): readonly { readonly message: M; readonly proof: SignedRef }[];
  readonly adversary: AdversaryHooks<S, M, K>;
  /** Neutral reading of `Decision.value`. */
  block(value: unknown): DecidedBlock;
  /** Signed votes of `Decision.certificate`, for the certificate check and accountability. */
  votes(decision: Decision): readonly SignedMessage<M>[];
  /**
   * Validators and quorum in force for a decided slot, given the decided values before it. With `powers` (voting power by
   * node) the quorum is a sum of powers, without a count of nodes.
   */
  quorumAt(
    decision: Decision,
    history: readonly DecidedBlock[],
    /** `config`: as parsed; absent where only the decision is known. */
    ctx: { readonly validatorCount: number; readonly stakes: readonly number[]; readonly config?: unknown },
  ): { readonly members: readonly NodeIndex[]; readonly quorum: number; readonly powers?: readonly number[] };
  /** The time after GST within which a correct protocol must decide again, for the bounded-liveness check. */
  livenessBound(
    config: K,
    network: {
      readonly deltaMicros: Micros;
      readonly validatorCount: number;
      readonly stepMicros: Micros;
      /** Of the workload; absent: enough. */
      readonly ratePerSecond?: number;
      /** Where there are shards. */
      readonly validatorsPerShard?: number;
    },
  ): Micros;
}

/** A protocol whose state, message, timer, command and record types are its own business. */
// biome-ignore lint/suspicious/noExplicitAny: an existential type; hosts only pass its values back to it.
export type AnyProtocol = Protocol<any, any, any, any, any, any>;
