/**
 * The run plan: a scenario after validation, with every default filled in, times in integer µs and nodes as indices.
 * The only thing a run depends on. Plain data.
 */
import type { Naming, NodeIndex } from '../core/ids.ts';
import type { Micros } from '../core/time.ts';
import type { SuiteName } from '../crypto/suite.ts';
import type { Shards, Workload } from '../protocols/protocol.ts';

export interface RunPlan {
  /** 0 … 2^32−1. */
  readonly seed: number;
  readonly protocol: {
    readonly name: string;
    /** As given in the scenario; the protocol's `parseConfig` has accepted it. */
    readonly config: Readonly<Record<string, unknown>>;
    readonly mutant: string | null;
  };
  readonly validators: readonly ValidatorPlan[];
  readonly clientCount: number;
  readonly network: NetworkPlan;
  readonly workload: Workload;
  /** Absent: the testnet is one. */
  readonly shards?: Shards;
  /** In the order they were given; recorded interventions follow with `at` set. */
  readonly faults: readonly FaultPlan[];
  /** Transactions that somebody submitted by hand, recorded at their time. */
  readonly submissions: readonly SubmissionPlan[];
  /** The run ends at whichever comes first; both absent: it goes on. */
  readonly stop: { readonly height: number | null; readonly at: Micros | null };
  /** Temporal formulas that the run is to satisfy; they change nothing in it. */
  readonly expectations?: readonly { readonly name: string; readonly ltl: string }[];
}

/** How the nodes of a plan are called. */
export function namingOf({
  validators,
  clientCount,
  shards,
}: Pick<RunPlan, 'validators' | 'clientCount' | 'shards'>): Naming & { readonly clientCount: number } {
  return { validatorCount: validators.length, clientCount, validatorsPerShard: shards?.validatorsPerShard ?? null };
}

export interface ValidatorPlan {
  readonly stake: number;
  readonly region: string;
  readonly suite: SuiteName;
}

export interface SubmissionPlan {
  readonly at: Micros;
  readonly client: NodeIndex;
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

export type LatencyPlan =
  | { readonly kind: 'constant'; readonly micros: Micros }
  | { readonly kind: 'uniform'; readonly minMicros: Micros; readonly maxMicros: Micros }
  | {
      readonly kind: 'normal';
      readonly meanMicros: Micros;
      readonly deviationMicros: Micros;
      readonly minMicros: Micros;
    }
  | {
      readonly kind: 'log-normal';
      readonly medianMicros: Micros /** σ of the logarithm, in thousandths */;
      readonly sigmaMilli: number;
      readonly minMicros: Micros;
    }
  | {
      readonly kind: 'pareto';
      readonly minMicros: Micros /** tail index α in thousandths */;
      readonly alphaMilli: number;
      readonly maxMicros: Micros;
    }
  | {
      readonly kind: 'regions' /** added to half the region pair's round trip, uniform in [0, jitter] */;
      readonly jitterMicros: Micros;
    };

export interface NetworkPlan {
  readonly latency: LatencyPlan;
  /** Bits per µs (= Mbit/s) of each node's uplink; 0 = unlimited. */
  readonly bandwidthMbps: number;
  /** Per million copies. */
  readonly lossPpm: number;
  readonly duplicatePpm: number;
  readonly synchrony:
    | { readonly kind: 'synchronous'; readonly deltaMicros: Micros }
    | { readonly kind: 'partial'; readonly gst: Micros; readonly deltaMicros: Micros }
    | { readonly kind: 'asynchronous' };
}

/** A condition on the whole testnet, from the scenario's `when`: all comparisons must hold. */
export interface ConditionPlan {
  readonly text: string;
  readonly terms: readonly {
    readonly field: 'height' | 'view' | 'timeMs';
    readonly comparison: '>=' | '>' | '<=' | '<' | '==';
    readonly value: number;
  }[];
}

export type Behaviour =
  | 'silent'
  | 'selective'
  | 'equivocate'
  | 'double-vote'
  | 'forged-sender'
  | 'corrupt'
  | 'replay'
  | 'withhold'
  | 'duplicate-votes'
  | 'transplant'
  | 'inflate-certificate'
  | 'twins';

/** When a fault begins and ends. `at` null with a condition: begins once the condition has held. `until` null: until healed. */
export interface FaultTiming {
  /** Unique in the run: `f0`, `f1`, … by position. */
  readonly id: string;
  readonly at: Micros | null;
  readonly when: ConditionPlan | null;
  readonly until: Micros | null;
  readonly untilWhen: ConditionPlan | null;
}

/** Where in its work a node crashes, counted from the fault's begin. */
export interface CrashPoint {
  /** Instead of handling a message, instead of sending it (its log is written), or right after sending it. */
  readonly on: 'receive' | 'send' | 'sent';
  readonly type: string;
  /** 1 = the first. */
  readonly nth: number;
}

export type FaultBody =
  | {
      readonly kind: 'crash';
      readonly target: NodeIndex /** what a restart finds on disk */;
      readonly disk:
        | 'durable'
        | 'amnesia'
        | 'torn' /** absent: at once; else not before the node comes to this point */;
      readonly point?: CrashPoint;
    }
  | {
      readonly kind: 'partition' /** nodes of different groups cannot hear each other; nodes in no group hear all */;
      readonly groups: readonly (readonly NodeIndex[])[] /** only what the first group sends to the others is cut */;
      readonly oneWay: boolean /** held: arrives after the heal, as retransmission would do; lost: never */;
      readonly cut: 'held' | 'lost';
    }
  | {
      readonly kind: 'link';
      readonly from: readonly NodeIndex[];
      readonly to: readonly NodeIndex[] /** both ways */;
      readonly symmetric: boolean /** message types it concerns; null = all */;
      readonly types: readonly string[] | null;
      readonly delayMicros: Micros;
      readonly lossPpm: number;
      readonly duplicatePpm: number;
    }
  | {
      readonly kind: 'message' /** one message, caught on its way: the `sequence`-th that `origin` sends, from 0 */;
      readonly origin: NodeIndex;
      readonly sequence: number /** whose copies are caught; null = everybody's */;
      readonly to: readonly NodeIndex[] | null;
      readonly action: MessageAction /** how much later it arrives (delay), or its second copy does (duplicate) */;
      readonly delayMicros: Micros;
    }
  | {
      readonly kind: 'slow';
      readonly target: NodeIndex /** CPU times are multiplied by factorMilli / 1000 */;
      readonly factorMilli: number;
    }
  | {
      readonly kind: 'byzantine';
      readonly target: NodeIndex;
      readonly behaviour: Behaviour /** the peers it favours, fools or (twins) that see the first twin; null: chosen by parity */;
      readonly peers: readonly NodeIndex[] | null /** message types it concerns; null = all */;
      readonly types: readonly string[] | null;
    };

/** What the network does to a message that was caught on its way. */
export type MessageAction = 'drop' | 'delay' | 'duplicate' | 'alter';

export type FaultPlan = FaultTiming & FaultBody;
