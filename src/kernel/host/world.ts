import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Lanes } from '../../crypto/blake3Lanes.ts';
import type { SignatureSuite } from '../../crypto/suite.ts';
import type { AnyProtocol } from '../../protocols/protocol.ts';
import type { Envelope } from '../envelope.ts';
import type { RunPlan } from '../plan.ts';
import type { Highlight, HighlightLevel } from '../trace/highlights.ts';
import type { HashFunction } from '../trace/recorder.ts';
import type { Chorus } from './chorus.ts';

/** Virtual CPU time of one operation of a suite, µs. */
export interface SuiteCost {
  readonly signMicros: Micros;
  readonly verifyMicros: Micros;
  readonly hashMicrosPerKiB: Micros;
}

/** What does not depend on where hosts live: constants of the run and public keys. */
export interface WorldConstants {
  readonly plan: RunPlan;
  readonly protocol: AnyProtocol;
  /** The protocol's parsed configuration. */
  readonly config: unknown;
  /** Prefix of everything signed: binds chain and shard. */
  readonly prefix: Uint8Array;
  /** By node index, clients included. */
  readonly suites: readonly SignatureSuite[];
  readonly publicKeys: readonly Uint8Array[];
  readonly costs: readonly SuiteCost[];
  readonly hash: HashFunction;
  /** What compresses four short inputs at a time; null where the thread hashes in script. */
  readonly lanes: Lanes | null;
  readonly keepWords: boolean;
  readonly highlights: HighlightLevel;
  /** Verdicts on signatures inside messages, shared by the hosts of a thread; real suites only. */
  readonly verdicts: VerdictCache;
}

/** What hosts of one thread share: the constants, and the way out. */
export interface World extends WorldConstants {
  /** Signatures of those who say the same; null where few do, or their signatures are real. */
  readonly chorus: Chorus | null;
  /** Hands a copy to whoever brings it to `to` at `arrivesAt`. */
  route(to: NodeIndex, envelope: Envelope, arrivesAt: Micros): void;
  emit(highlight: Highlight): void;
}

/**
 * What the hosts of a thread share. Named one by one: engines give every object that is made by spreading another a shape of its own, run
 * by run, and all that hosts ask of their world, a dozen times an event, would be looked up by name.
 */
export function worldOf(
  constants: WorldConstants,
  chorus: World['chorus'],
  route: World['route'],
  emit: World['emit'],
): World {
  const { plan, protocol, config, prefix, suites, publicKeys, costs } = constants;
  const { hash, lanes, keepWords, highlights, verdicts } = constants;
  return {
    plan,
    protocol,
    config,
    prefix,
    suites,
    publicKeys,
    costs,
    hash,
    lanes,
    keepWords,
    highlights,
    verdicts,
    chorus,
    route,
    emit,
  };
}

/** A bounded memory of (signer, statement, signature) → verdict. First in, first out. */
export class VerdictCache {
  readonly #verdicts = new Map<string, boolean>();
  readonly #limit: number;

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  get(key: string): boolean | undefined {
    return this.#verdicts.get(key);
  }

  set(key: string, verdict: boolean): void {
    if (this.#verdicts.size >= this.#limit) {
      const oldest = this.#verdicts.keys().next();
      if (oldest.done !== true) this.#verdicts.delete(oldest.value);
    }
    this.#verdicts.set(key, verdict);
  }
}
