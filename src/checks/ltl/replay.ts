/** Shows a watch a run that has been recorded: the same states as the live run, from its trace events. */
import { nodeIndexOf, type NodeIndex } from '../../core/ids.ts';
import { microsFromMs } from '../../core/time.ts';
import type { FaultEvent, StateEvent, TraceEvent } from '../../kernel/trace/events.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type { SceneFault, Setting } from './scene.ts';
import type { Watch } from './watch.ts';

/** Event kinds that make states; the others are passed over. */
export const VISIBLE: ReadonlySet<TraceEvent['kind']> = new Set([
  ...(['send', 'decide', 'state', 'fault', 'heal', 'evidence'] as const),
]);

/** Takes in one event; events come in the order of the trace. */
export function replayEvent(watch: Watch, event: TraceEvent, setting: Setting): void {
  const index = (name: string): NodeIndex => nodeIndexOf(name, setting) ?? -1;
  if (!VISIBLE.has(event.kind)) return;
  // A copy let go when a cut healed was sent before; a duplicate is the network's doing.
  if (event.kind === 'send' && event.copy !== undefined) return;
  watch.at(microsFromMs(event.t));
  switch (event.kind) {
    case 'send':
      return watch.sent(typeOf(event.type, setting.declaration), index(event.node));
    case 'decide':
      return watch.decide(index(event.node), event.slot);
    case 'state':
      return watch.state(index(event.node), event.alive, fieldsOf(event, setting.declaration));
    case 'fault':
      return watch.fault(faultOf(event, index));
    case 'heal':
      return watch.heal(faultOf(event, index));
    case 'evidence':
      return watch.evidence(index(event.against));
    default:
      return;
  }
}

/** Position of a message type; one past the end for what is no message of the protocol, as in the trace. */
function typeOf(type: string, { messages }: Declaration): number {
  const found = messages.findIndex((message) => message.type === type);
  return found < 0 ? messages.length : found;
}

function faultOf({ faultId, fault, targets }: FaultEvent, index: (name: string) => NodeIndex): SceneFault {
  return { id: faultId, kind: fault, targets: targets.map(index) };
}

/** The declared fields as the machine wrote them: one integer each, −1 for none. */
function fieldsOf({ fields }: StateEvent, declaration: Declaration): readonly number[] {
  return declaration.fields.map(({ name, kind, values }) => {
    const value = fields[name] ?? null;
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    return kind === 'enum' && value !== null ? (values?.indexOf(value) ?? -1) : -1;
  });
}
