import type { Micros } from '../../core/time.ts';
import type { NodeKnowledge } from '../../protocols/protocol.ts';
import type { ControlEvent } from '../control.ts';
import { bareEnvelope, type Envelope } from '../envelope.ts';
import type { Links } from '../network/index.ts';
import type { EventClass } from '../queue.ts';
import type { RecorderSnapshot } from '../trace/recorder.ts';
import type { Outgoing } from './adversary.ts';
import type { CpuSnapshot } from './cpu.ts';
import type { CrashTrap } from './crash-trap.ts';
import type { Side } from './side.ts';
import type { TraitorSnapshot } from './traitor.ts';
import type { Work } from './work.ts';

/** A timer in the queue; inert when its generation is no longer armed. */
export interface TimerEntry {
  readonly side: number;
  readonly key: string;
  readonly generation: number;
}

/** What a node's queue holds, told apart by event class. */
export type Payload = ControlEvent | Envelope | TimerEntry | Outgoing;

export interface QueueEntry {
  readonly time: Micros;
  readonly eventClass: EventClass;
  readonly source: number;
  readonly sequence: number;
  readonly payload: Payload;
}

/** A node between two events, as plain data. */
export interface HostSnapshot {
  readonly alive: boolean;
  readonly sides: readonly Side[];
  readonly disk: readonly unknown[];
  readonly queue: readonly QueueEntry[];
  readonly cpu: CpuSnapshot<Envelope | TimerEntry>;
  readonly links: Links;
  readonly sequence: number;
  readonly traitor: TraitorSnapshot;
  readonly generation: number;
  readonly slowMilli: number;
  /** Absent: none is set. */
  readonly trap?: CrashTrap | null;
  readonly observed: Int32Array;
  readonly flags: number;
  readonly recorder: RecorderSnapshot;
  readonly work: Work;
}

/** What a node can tell an inspector. */
export interface HostReport {
  readonly alive: boolean;
  readonly byzantine: boolean;
  /** Null while the node is down. */
  readonly knowledge: NodeKnowledge | null;
  readonly timers: readonly { readonly timer: string; readonly due: Micros }[];
  readonly cpuFreeAt: Micros;
  readonly inboxLength: number;
}

/** Replaces envelopes by bare ones, the same by the same; leaves everything else. */
export function envelopeStripper(): <T extends Payload>(payload: T) => T {
  const bare = new Map<Envelope, Envelope>();
  return <T extends Payload>(payload: T): T => {
    if (!('origin' in payload)) return payload;
    const known = bare.get(payload) ?? bareEnvelope(payload);
    bare.set(payload, known);
    return known as T;
  };
}
