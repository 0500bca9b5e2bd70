/**
 * How a protocol declares its transactions between shards: what the steps of its trace mean, by which rules accounts are
 * locked, and at which of its steps a crash teaches something. Views of shards are made from this and from the trace.
 */

/** One word of `commit2pc` marks. */
export interface TransactionStep {
  /** As marked. */
  readonly step: string;
  readonly by: 'coordinator' | 'participant';
  /**
   * begin: promises are asked for · gather: the shard asks those of its parent, to promise for all of them · promise: the shard may no
   * longer give up by itself · decide: the outcome is fixed · end: it is done at this shard.
   */
  readonly means: 'begin' | 'gather' | 'promise' | 'decide' | 'end';
  /** Of `decide` and `end`. */
  readonly outcome?: 'commit' | 'abort';
  /** A verb in the present tense: "voted YES". */
  readonly label: string;
}

/** A place in the protocol at which a node can be made to crash. */
export interface CrashStep {
  readonly label: string;
  readonly explain: string;
  readonly of: TransactionStep['by'];
  /** receive: instead of handling · send: instead of sending · sent: right after sending the `nth` message of that type. */
  readonly point: { readonly on: 'receive' | 'send' | 'sent'; readonly type: string; readonly nth: number };
  /** Only where the commit has so many phases; absent: always. */
  readonly commit?: '2pc' | '3pc';
}

/** Several messages under one signature: what is inside, the trace does not say. */
export interface CarriersDeclaration {
  readonly types: readonly string[];
  /** Type and transaction of each message in a carrier, as `parseMessage` gave it; null where only its receiver can look inside. */
  inside(carrier: unknown): readonly { readonly type: string; readonly transaction: number }[] | null;
}

/** A shard that is divided: towards the others its leaves are one, for which one of them speaks. */
export interface Parent {
  readonly name: string;
  /** Its leaves, ascending. */
  readonly shards: readonly number[];
}

export interface TransactionsDeclaration {
  /** Which shards are leaves of a larger one. Absent, or empty: none is. */
  parents?(shards: { readonly nested?: readonly (readonly number[])[] }): readonly Parent[];
  /** Types of messages whose slot is the number of a transaction. */
  readonly messages: readonly string[];
  /** Messages that carry others; absent where each travels by itself. */
  readonly carriers?: CarriersDeclaration;
  readonly steps: readonly TransactionStep[];
  readonly crashes: readonly CrashStep[];
  /**
   * One sentence each: who waits for whose lock, what a shard does that has promised and hears nothing, and what becomes of the accounts
   * of a shard that is down.
   */
  policies(config: Readonly<Record<string, unknown>>): {
    readonly locks: string;
    readonly doubt: string;
    readonly down?: string;
  };
}
