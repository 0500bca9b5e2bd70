/**
 * How a protocol describes itself in data: its messages, fields, words and promises, from which views, checkers and the vocabulary of
 * formulas follow without knowing it.
 */
import type { TransactionsDeclaration } from './crossing.ts';
import type { NetDeclaration } from './net.ts';

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
