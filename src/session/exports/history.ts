/**
 * A history of operations as Jepsen and Elle-like checkers read them (Kingsbury; Herlihy & Wing 1990 for the model): one JSON
 * object a line, `{ index, time (virtual ns), process, type, f, value }`. One operation is one batch that a client signed:
 * `invoke` when it leaves the client, `ok` when the first correct validator decided it, `info` at the end when nobody did,
 * whose outcome is unknown. A client has several batches on their way, a process only one operation: so a client borrows a free
 * process for each, and one that ended in `info` is never used again.
 */
import { namingOf } from '../../kernel/plan.ts';
import { nodeName, type NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { decode } from '../../core/encoding.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { Batch } from '../../ledger/types.ts';
import type { BatchReport } from '../observers/board.ts';
import type { Run } from '../run.ts';
import type { ExportFormat, ExportWindow } from './format.ts';
import { TextSink } from './sink.ts';

export const history: ExportFormat = {
  name: 'history',
  title: 'Operation history',
  group: 'trace',
  opens: 'Jepsen-style checkers such as Knossos, Elle and Porcupine: invocations and completions of every client.',
  extension: 'history.jsonl',
  mediaType: 'application/x-ndjson',
  windowed: true,
  write: async (run, window) => historyText(await operationsOf(run, window), run.horizon),
};

/** One batch of transfers. Null: not decided; transfers that are no longer in memory. */
export interface Operation {
  readonly client: string;
  readonly sequence: number;
  readonly invokedAt: Micros;
  readonly decidedAt: Micros | null;
  readonly height: number | null;
  /** `[from, to, amount]` each. */
  readonly transfers: readonly (readonly [number, number, number])[] | null;
  /** Positions of transfers that stand in the block without effect. */
  readonly refused: readonly number[];
}

async function operationsOf(run: Run, window: ExportWindow): Promise<Operation[]> {
  const { validators, clientCount } = run.executor.plan;
  const operations: Operation[] = [];
  for (let position = 0; position < clientCount; position++) {
    const client = validators.length + position;
    const transfers = await transfersOf(run, client);
    for (let sequence = 0; ; sequence++) {
      const report = (await run.executor.ask('board', { client, sequence })) as BatchReport | null;
      if (report === null) break;
      const { submittedAt, decidedAt, block, refused } = report;
      if (submittedAt === null || submittedAt < window.fromMicros || submittedAt >= window.toMicros) continue;
      const name = nodeName(client, namingOf(run.executor.plan));
      const about = { client: name, sequence, height: block?.height ?? null, refused };
      operations.push({ ...about, invokedAt: submittedAt, decidedAt, transfers: transfers.get(sequence) ?? null });
    }
  }
  return operations;
}

/** What the client's batches say, as far as their messages are still in memory. */
async function transfersOf(run: Run, client: NodeIndex): Promise<Map<number, Operation['transfers']>> {
  const { store, executor, protocol } = run;
  const found = new Map<number, Operation['transfers']>();
  const seen = new Set<number>();
  for (let seq = store.firstSeq; seq < store.eventCount; seq++) {
    const { kind, node, words, at } = store.read(seq);
    const sequence = words[at + 3] as number;
    if (kind !== RECORD.copy || node !== client || seen.has(sequence)) continue;
    seen.add(sequence);
    const type = store.message(client, sequence)?.type ?? -1;
    if (protocol.declaration.messages[type]?.phase !== 'client') continue;
    const envelope = await executor.envelope(client, sequence);
    if (envelope === null) continue;
    const batch = decode(envelope.bytes) as Partial<Batch>;
    if (typeof batch.sequence !== 'number' || !Array.isArray(batch.transfers)) continue;
    found.set(
      batch.sequence,
      batch.transfers.map(({ from, to, amount }) => [from, to, amount] as const),
    );
  }
  return found;
}

interface Entry {
  readonly at: Micros;
  readonly completes: boolean;
  readonly operation: number;
}

/** The lines of a history. `horizon`: when those still open are given up. */
export function historyText(operations: readonly Operation[], horizon: Micros): string {
  const entries = operations.flatMap(({ invokedAt, decidedAt }, operation): Entry[] => [
    { at: invokedAt, completes: false, operation },
    { at: decidedAt ?? Math.max(horizon, invokedAt), completes: true, operation },
  ]);
  // At one µs completions come first, so that their processes are free; those without an answer come last of all.
  const rank = ({ completes, operation }: Entry): number => {
    if (!completes) return 1;
    return operations[operation]?.decidedAt === null ? 2 : 0;
  };
  entries.sort((a, b) => a.at - b.at || rank(a) - rank(b) || a.operation - b.operation);
  const processes = new Processes();
  const sink = new TextSink();
  entries.forEach(({ at, completes, operation }, index) => {
    const done = operations[operation] as Operation;
    const ended = done.decidedAt === null ? 'info' : 'ok';
    const process = completes ? processes.release(operation) : processes.take(operation);
    const type = completes ? ended : 'invoke';
    sink.line(JSON.stringify({ index, time: at * 1000, process, type, f: 'transfer', value: shown(done, type) }));
  });
  return sink.toString();
}

function shown(operation: Operation, type: 'invoke' | 'ok' | 'info') {
  const { client, sequence, transfers, height, refused } = operation;
  return type === 'ok' ? { client, sequence, transfers, height, refused } : { client, sequence, transfers };
}

/** Numbers of processes: the lowest that is free. */
class Processes {
  readonly #free: number[] = [];
  readonly #of = new Map<number, number>();
  #count = 0;

  take(operation: number): number {
    const process = this.#free.pop() ?? this.#count++;
    this.#of.set(operation, process);
    return process;
  }

  /** Those of unknown outcome come last of all, so that nobody gets their processes again. */
  release(operation: number): number {
    const process = this.#of.get(operation) ?? 0;
    this.#free.push(process);
    this.#free.sort((a, b) => b - a);
    return process;
  }
}
