/** What messages are to a user of the ledger: for the check of linearizability, whatever the protocol calls them. */
import type { NodeIndex } from '../core/ids.ts';

export type Dealing =
  /** A client asks for a balance; `id` tells its reads apart. Asking again under the same id is the same read. */
  | { readonly kind: 'read'; readonly id: number; readonly account: number }
  /** A validator answers it. */
  | { readonly kind: 'balance'; readonly client: NodeIndex; readonly id: number; readonly balance: number }
  /** A validator tells what became of a client's batch: positions of the transfers that were refused, ascending. */
  | {
      readonly kind: 'outcome';
      readonly client: NodeIndex;
      readonly sequence: number;
      readonly refused: readonly number[];
    };

export interface Dealings<M> {
  /** Types of the messages that `read` understands. */
  readonly types: readonly string[];
  /** Null for a message that is none. */
  read(message: M): Dealing | null;
}
