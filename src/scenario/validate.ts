/** A scenario from anywhere: either valid with defaults filled in, or a list of what is wrong with it. */
import type { Problem } from '../core/problem.ts';
import { checkFaults, checkStorm } from './check-faults.ts';
import { checkNetwork, checkProtocol, checkTransactions, checkWhole } from './check-document.ts';
import type { ProtocolMap } from './compile.ts';
import { problemsOf } from './issues.ts';
import { parseJson } from './json.ts';
import { plainCopy } from './plain.ts';
import type { Report } from './report.ts';
import { type Scenario, scenarioSchema } from './schema.ts';
import { showValue } from './show.ts';
import { mixed } from './storm-mix.ts';

export type Validated = { readonly scenario: Scenario } | { readonly problems: readonly Problem[] };

/** Shape first, then meaning against the protocols at hand. Never throws; leaves `raw` alone. */
export function validateScenario(raw: unknown, protocols: ProtocolMap): Validated {
  const copied = plainCopy(raw);
  if ('problems' in copied) return copied;
  const document = copied.value;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return {
      problems: [{ path: '', found: showValue(document), expected: 'a scenario: an object with at least `protocol`' }],
    };
  }
  const parsed = scenarioSchema.safeParse(document);
  if (!parsed.success) return { problems: problemsOf(parsed.error.issues, document) };
  const report: Report = { document, problems: [] };
  const scenario = mixed(parsed.data);
  const protocol = checkProtocol(scenario, protocols, report);
  checkNetwork(scenario, report);
  checkWhole(scenario, protocol, report);
  checkTransactions(scenario, report);
  checkFaults(scenario, protocol, report);
  checkStorm(scenario, report);
  return report.problems.length === 0 ? { scenario } : { problems: report.problems };
}

/** The same from JSON text; syntax errors have line and column as their path. */
export function parseScenarioText(text: string, protocols: ProtocolMap): Validated {
  const parsed = parseJson(text);
  return 'problems' in parsed ? parsed : validateScenario(parsed.value, protocols);
}
