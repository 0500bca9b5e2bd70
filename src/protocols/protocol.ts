/**
 * What a protocol is to the rest of the playground: a deterministic state machine (`machine.ts`) that also declares itself
 * (`declaration.ts`), so that hosts run it, views draw it and checkers judge it without knowing it.
 */
import type { NodeIndex } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import type { Micros } from '../core/time.ts';
import type { Dealings } from './dealings.ts';
import type { Declaration, MessageMeta } from './declaration.ts';
import type { AnyMachine, Decision, Machine, NodeContext, SignedMessage, SignedRef } from './machine.ts';
import type { Property } from './property.ts';

export type { Dealing } from './dealings.ts';
export type * from './declaration.ts';
export type * from './machine.ts';
export type { Property, PropertySetting } from './property.ts';

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
