/** One search as every thread of it sees it: evaluates any index. The report of an index is the same wherever it is made. */
import { required } from '../core/assert.ts';
import type { Scenario } from '../scenario/index.ts';
import { type Field, surveyField } from './field.ts';
import { modeByName } from './modes/index.ts';
import { type Finding, probe } from './probe.ts';

/** What is searched, as plain data: travels to threads and web workers. */
export interface SearchRequest {
  readonly base: Scenario;
  /** A name of `MODES`. */
  readonly mode: string;
  /** Names the random choices; another seed is another search. */
  readonly seed: number;
  /** Runs at most. */
  readonly budget: number;
  /** Only a violation of this check counts; null: of any. */
  readonly check: string | null;
}

/** What one index came to. */
export type IndexReport =
  | { readonly kind: 'exhausted'; readonly index: number }
  | {
      readonly kind: 'run';
      readonly index: number;
      readonly findings: readonly Finding[];
      readonly events: number;
      readonly timeMs: number;
      readonly height: number;
      readonly faultCount: number;
      /** Only where something was found. */
      readonly scenario: Scenario | null;
    }
  /** A run that stopped on a bug of ours. */
  | { readonly kind: 'error'; readonly index: number; readonly error: string; readonly scenario: Scenario };

export class Explorer {
  readonly request: SearchRequest;
  readonly field: Field;

  private constructor(request: SearchRequest, field: Field) {
    this.request = request;
    this.field = field;
  }

  static async open(request: SearchRequest): Promise<Explorer> {
    return new Explorer(request, await surveyField(request.base));
  }

  /** The scenario at an index; null beyond the end of an enumeration. */
  candidate(index: number): Scenario | null {
    const mode = required(modeByName(this.request.mode), `mode ${this.request.mode}`);
    return mode.candidate(this.field, this.request.seed, index);
  }

  async run(index: number): Promise<IndexReport> {
    const scenario = this.candidate(index);
    if (scenario === null) return { kind: 'exhausted', index };
    const { check } = this.request;
    try {
      const { findings, events, timeMs, height } = await probe(scenario, check);
      const isFound = findings.some((finding) => check === null || finding.check === check);
      const faultCount = scenario.faults.length + (scenario.storm === null ? 0 : 1);
      const kept = isFound ? findings : [];
      return {
        kind: 'run',
        index,
        findings: kept,
        events,
        timeMs,
        height,
        faultCount,
        scenario: isFound ? scenario : null,
      };
    } catch (error) {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { kind: 'error', index, error: text, scenario };
    }
  }
}
