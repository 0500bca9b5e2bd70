/**
 * What runs on a node: a deterministic state machine, (state, input) → effects, and all that it may know of the world. Hosts give
 * inputs and carry effects out.
 */
import type { NodeIndex } from '../core/ids.ts';
import type { StreamKey } from '../core/prng.ts';
import type { Micros } from '../core/time.ts';

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
  /** Takes records off the disk that `recover` would pass over; each is an R. Harnesses whose disks only grow leave it out. */
  discard?(isObsolete: (record: unknown) => boolean): void;
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
