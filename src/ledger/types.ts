import type { NodeIndex } from '../core/ids.ts';

/** Account number, 0 … accountCount−1, shown as `a0`, `a1`, …; account k belongs to client k mod clientCount. */
export type AccountIndex = number;

/** Moves `amount` units (a positive integer) between two different accounts. */
export interface Transfer {
  readonly from: AccountIndex;
  readonly to: AccountIndex;
  readonly amount: number;
}

/**
 * What a client signs: transfers collected over a short time, in order. (client, sequence) names it for ever, so that
 * nothing can be executed twice. Clients sign batches, not single transfers, because one post-quantum signature costs
 * more bytes and time than a hundred transfers.
 */
export interface Batch {
  readonly type: 'submit';
  /** Node index of the client. */
  readonly client: NodeIndex;
  /** 0, 1, 2, … per client. */
  readonly sequence: number;
  readonly transfers: readonly Transfer[];
  /** The shard that is to coordinate it, where a liar could otherwise hand it to another one as well; else absent. */
  readonly shard?: number;
}

/** A batch with its client's signature, as validators pass it on inside blocks. */
export interface SignedBatch {
  readonly batch: Batch;
  readonly signature: Uint8Array;
}

/** What the ledger starts from; a scenario's workload says it. */
export interface Genesis {
  readonly accountCount: number;
  /** Units of each account. */
  readonly initialBalance: number;
}

/** Balances and what was executed: plain data. */
export interface LedgerState {
  /** Units by account, never negative; their sum never changes. */
  balances: number[];
  /**
   * Per client: every sequence below `floor` is executed (or expired, see `REPLAY_WINDOW`), and those in `above`
   * (ascending, all greater than `floor`).
   */
  executed: { floor: number; above: number[] }[];
}

/** What became of one transfer: refused ones (not enough units) stand in the block and change nothing. */
export type TransferOutcome = 'applied' | 'refused';

/** What a block's hash covers. The batches enter through `txRoot`. */
export interface BlockHeader {
  /** 1 for the first block; the genesis has height 0. */
  readonly height: number;
  /** Hash of the block before, 64 lower-case hex digits. */
  readonly parent: string;
  readonly proposer: NodeIndex;
  /** View, round or term in which the block was first proposed. */
  readonly epoch: number;
  /** Merkle root over the batches, 64 lower-case hex digits. */
  readonly txRoot: string;
  /** Root of the ledger after the batches were executed, 64 lower-case hex digits. */
  readonly stateRoot: string;
  /** The validators from the next height on, or null when they stay. */
  readonly validators: readonly NodeIndex[] | null;
}

/** One decided value of the chain. Immutable: hashes are remembered by object. */
export interface Block extends BlockHeader {
  readonly batches: readonly SignedBatch[];
}
