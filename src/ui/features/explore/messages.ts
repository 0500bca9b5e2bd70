/** What the page and a search worker tell each other. Plain data. */
import type { Finding, IndexReport, Moment, SearchRequest, Shrunk } from '../../../explore/index.ts';
import type { Scenario, ScenarioInput } from '../../../scenario/index.ts';

export type ToWorker =
  | { readonly kind: 'open'; readonly request: SearchRequest }
  | { readonly kind: 'chunk'; readonly from: number; readonly to: number }
  | { readonly kind: 'shrink'; readonly scenario: Scenario; readonly check: string }
  | { readonly kind: 'futures'; readonly scenario: Scenario; readonly check: string; readonly perMoment: number }
  | { readonly kind: 'probe'; readonly scenario: ScenarioInput };

export type FromWorker =
  | { readonly kind: 'ready' }
  /** `isLast`: of its chunk; the worker has nothing to do then. */
  | { readonly kind: 'report'; readonly report: IndexReport; readonly isLast: boolean }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly best: Scenario | null }
  | { readonly kind: 'shrunk'; readonly shrunk: Shrunk | null }
  | { readonly kind: 'moments'; readonly moments: readonly Moment[] }
  | { readonly kind: 'probed'; readonly findings: readonly Finding[]; readonly height: number; readonly timeMs: number }
  | { readonly kind: 'failed'; readonly text: string };
