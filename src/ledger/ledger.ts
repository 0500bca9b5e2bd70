/** Accounts and the execution of transfers: serial, in the order of the block, the reference for any other way. */
import { assert } from '../core/assert.ts';
import { listOf } from '../core/list.ts';
import type { NodeIndex } from '../core/ids.ts';
import { createPacker, packedHashHex, putInteger, putIntegers, startPacking, TAG } from './packed.ts';
import type { Batch, Genesis, LedgerState, Transfer, TransferOutcome } from './types.ts';

/**
 * Out-of-order sequences remembered per client. Past it the oldest gap closes for good and what it missed can no longer
 * be executed: a sliding anti-replay window (as in RFC 4303 §3.4.3), so that a batch lost everywhere cannot make
 * the state grow for ever.
 */
export const REPLAY_WINDOW = 1024;

/** The ledger at genesis. The scenario's validation keeps the sum of balances a safe integer. */
export function createLedger(genesis: Genesis, clientCount: number): LedgerState {
  const { accountCount, initialBalance } = genesis;
  assert(Number.isSafeInteger(accountCount * initialBalance), 'the sum of balances is a safe integer');
  return {
    balances: new Array<number>(accountCount).fill(initialBalance),
    executed: listOf(clientCount, () => ({ floor: 0, above: [] })),
  };
}

/** An independent copy. */
export function copyLedger(ledger: LedgerState): LedgerState {
  return {
    balances: ledger.balances.slice(),
    executed: ledger.executed.map(({ floor, above }) => ({ floor, above: above.slice() })),
  };
}

/** Whether a batch can no longer be executed: it was, or it fell out of the replay window. False for unknown clients. */
export function isExecuted(ledger: LedgerState, clientPosition: number, sequence: number): boolean {
  const client = ledger.executed[clientPosition];
  if (client === undefined) return false;
  if (sequence < client.floor) return true;
  return client.above[lowerBound(client.above, sequence)] === sequence;
}

/**
 * Executes one batch, transfer by transfer, and marks it executed. A batch that was executed before or comes from no
 * client of this testnet changes nothing: all its transfers are refused.
 */
export function executeBatch(ledger: LedgerState, batch: Batch, validatorCount: number): TransferOutcome[] {
  const position = batch.client - validatorCount;
  const known = ledger.executed[position] !== undefined && isSequence(batch.sequence);
  if (!known || isExecuted(ledger, position, batch.sequence)) return batch.transfers.map(() => 'refused');
  markExecuted(ledger, position, batch.sequence);
  return batch.transfers.map((transfer) => (executeTransfer(ledger, transfer, position) ? 'applied' : 'refused'));
}

/** Root of balances and executed sets, 64 lower-case hex digits. Equal states and only they have equal roots. */
export function stateRoot(ledger: LedgerState): string {
  const { balances } = ledger;
  startPacking(packer, TAG.state);
  putInteger(packer, balances.length);
  putIntegers(packer, balances);
  putInteger(packer, ledger.executed.length);
  for (const { floor, above } of ledger.executed) {
    putInteger(packer, floor);
    putInteger(packer, above.length);
    for (const sequence of above) putInteger(packer, sequence - floor);
  }
  return packedHashHex(packer);
}

const packer = createPacker();

/** Sum of all balances: the same before and after anything. */
export function totalUnits(ledger: LedgerState): number {
  let total = 0;
  for (const balance of ledger.balances) total += balance;
  return total;
}

/** The client that owns an account, by position among the clients. */
export function ownerOf(account: number, clientCount: number): number {
  return account % clientCount;
}

/** Names one transfer for ever: client, sequence and position behind a transaction id. */
export interface TransferName {
  readonly client: NodeIndex;
  readonly sequence: number;
  readonly position: number;
}

const TRANSFER_ID = /^[0-9a-f]{16}$/;

/**
 * Transaction id of the `position`-th transfer: 4 hex digits for the client, 8 for the sequence, 4 for the position.
 * Unique because nothing is thrown away, where a short hash would be unique only probably.
 */
export function transferId(batch: Pick<Batch, 'client' | 'sequence'>, position: number): string {
  return hexDigits(batch.client, 4) + hexDigits(batch.sequence, 8) + hexDigits(position, 4);
}

/** What a transaction id names, or null when the text is no id. */
export function transferNameOf(id: string): TransferName | null {
  if (!TRANSFER_ID.test(id)) return null;
  return {
    client: Number.parseInt(id.slice(0, 4), 16),
    sequence: Number.parseInt(id.slice(4, 12), 16),
    position: Number.parseInt(id.slice(12), 16),
  };
}

function hexDigits(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Moves the units if every rule allows it; says whether it did. */
function executeTransfer(ledger: LedgerState, { from, to, amount }: Transfer, clientPosition: number): boolean {
  const { balances, executed } = ledger;
  const source = balances[from];
  const target = balances[to];
  if (source === undefined || target === undefined || from === to) return false;
  if (ownerOf(from, executed.length) !== clientPosition) return false;
  if (!Number.isSafeInteger(amount) || amount <= 0 || amount > source) return false;
  balances[from] = source - amount;
  balances[to] = target + amount;
  return true;
}

function markExecuted(ledger: LedgerState, clientPosition: number, sequence: number): void {
  const client = ledger.executed[clientPosition];
  assert(client !== undefined && sequence >= client.floor, 'only a new sequence of a known client is marked');
  if (sequence === client.floor && client.above.length === 0) {
    // In order, as they mostly come.
    client.floor++;
    return;
  }
  client.above.splice(lowerBound(client.above, sequence), 0, sequence);
  if (client.above.length > REPLAY_WINDOW) client.floor = client.above[0] ?? client.floor;
  let absorbed = 0;
  while (client.above[absorbed] === client.floor) {
    client.floor++;
    absorbed++;
  }
  if (absorbed > 0) client.above.splice(0, absorbed);
}

/** Position of the first element that is not smaller. */
function lowerBound(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isSequence(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
