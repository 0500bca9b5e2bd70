/**
 * What every node said, heard and decided, as one hash-chained log a node: a JSON list that `npm run check -- audit` verifies. A run
 * reproduces, so that its heads do too: whoever has the scenario can tell a rewritten log from a true one.
 */
import { ENVIRONMENT, nodeIndexOf } from '../../core/ids.ts';
import { microsFromMs } from '../../core/time.ts';
import type { TraceEvent, TraceEventKind } from '../../kernel/trace/events.ts';
import { type AuditDetail, type AuditLog, appendAudit, createAuditLog } from '../../sharding/audit/log.ts';
import type { ExportFormat } from './format.ts';
import { TextSink } from './sink.ts';

/** What a node knows of itself; timers, states and what never reached it say nothing to others. */
const KINDS: ReadonlySet<TraceEventKind> = new Set<TraceEventKind>([
  'send',
  'deliver',
  'decide',
  'note',
  'evidence',
  'lock',
  'unlock',
  'commit2pc',
  'wait',
]);

/** More than any testnet has. */
const CLIENT_COUNT_MAX = 10_000;

/** Of an event: its place is the log's own, and a sender does not know when the network delivers. */
const LEFT_OUT: ReadonlySet<string> = new Set(['seq', 't', 'node', 'kind', 'deliverAt', 'arrivedAt', 'reason', 'copy']);

export const audit: ExportFormat = {
  name: 'audit',
  title: 'Audit logs',
  group: 'run',
  opens:
    "`npm run check -- audit <file>` follows every node's hash chain and names the first entry that was tampered with.",
  extension: 'audit.json',
  mediaType: 'application/json',
  windowed: true,
  write: ({ store, scenario }, { fromMicros, toMicros }) => {
    const logs = new Map<string, AuditLog>();
    const said = new Set<string>();
    for (let seq = store.positionAt(fromMicros); seq < store.positionAt(toMicros); seq++) {
      const event = store.event(seq);
      if (!KINDS.has(event.kind) || isFurtherCopy(event, said)) continue;
      const known = logs.get(event.node);
      const log = known ?? createAuditLog(`${scenario.name} #${scenario.seed}`, event.node, Number.MAX_SAFE_INTEGER);
      if (known === undefined) logs.set(event.node, log);
      appendAudit(log, microsFromMs(event.t), event.kind, detailOf(event));
    }
    const { validatorCount, validatorsPerShard } = store;
    const naming = { validatorCount, validatorsPerShard, clientCount: CLIENT_COUNT_MAX };
    const place = ({ node }: AuditLog): number => nodeIndexOf(node, naming) ?? ENVIRONMENT;
    return written([...logs.values()].sort((a, b) => place(a) - place(b)));
  },
};

/** A message is signed once, to however many it goes. */
function isFurtherCopy(event: TraceEvent, said: Set<string>): boolean {
  if (event.kind !== 'send') return false;
  const isFurther = said.has(event.messageId);
  said.add(event.messageId);
  return isFurther;
}

function detailOf(event: TraceEvent): AuditDetail {
  return Object.fromEntries(Object.entries(event).filter(([key]) => !LEFT_OUT.has(key))) as AuditDetail;
}

/** An entry a line, so that two logs can be compared by eye. */
function written(logs: readonly AuditLog[]): string {
  const sink = new TextSink();
  sink.line('[');
  logs.forEach(({ entries, ...rest }, i) => {
    sink.line(`${JSON.stringify(rest).slice(0, -1)},"entries":[`);
    for (const [at, entry] of entries.entries())
      sink.line(`${JSON.stringify(entry)}${at + 1 < entries.length ? ',' : ''}`);
    sink.line(i + 1 < logs.length ? ']},' : ']}');
  });
  sink.line(']');
  return sink.toString();
}
