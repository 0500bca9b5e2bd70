/** What the schema cannot say about faults: nodes exist, times are in order, a node does not crash twice at once. */
import type { AnyProtocol } from '../protocols/protocol.ts';
import { nodeName } from '../core/ids.ts';
import { msFromMicros } from '../core/time.ts';
import { behavioursOf } from './behaviours.ts';
import { stormEnd } from './compile.ts';
import { parseCondition } from './condition.ts';
import { indexOfNode, messageName, namingOfScenario, SHARDED, validatorCount } from './nodes.ts';
import { add, expect, type Report } from './report.ts';
import type { Fault, Scenario } from './schema.ts';
import { formatPath, oneOf } from './show.ts';
import { STORM_LENGTH_MIN } from './storm.ts';

type Path = readonly PropertyKey[];

/** Where faults stand: in a document at `faults[i]`, or alone when injected. */
export function checkFaults(scenario: Scenario, protocol: AnyProtocol | null, report: Report): void {
  for (const [i, fault] of scenario.faults.entries()) {
    checkFault(scenario, fault, protocol, report, ['faults', i]);
  }
  checkCrashes(scenario.faults, report);
}

export function checkFault(
  scenario: Scenario,
  fault: Fault,
  protocol: AnyProtocol | null,
  report: Report,
  path: Path,
): void {
  checkTiming(fault, report, path);
  switch (fault.kind) {
    case 'crash':
      checkNode(scenario, fault.target, 'validator', report, [...path, 'target']);
      if (fault.point !== null) checkType(fault.point.type, protocol, report, [...path, 'point', 'type']);
      break;
    case 'slow':
      checkNode(scenario, fault.target, 'node', report, [...path, 'target']);
      break;
    case 'partition':
      checkGroups(scenario, fault.groups, report, [...path, 'groups']);
      break;
    case 'link':
      checkNodes(scenario, fault.from, report, [...path, 'from']);
      checkNodes(scenario, fault.to, report, [...path, 'to']);
      checkTypes(fault.types, protocol, report, [...path, 'types']);
      break;
    case 'message': {
      const { origin } = messageName(fault.message);
      if (indexOfNode(scenario, origin) === null) {
        expect(report, [...path, 'message'], 'a message of a node that exists, e.g. "v0#17"');
      }
      checkNodes(scenario, fault.to, report, [...path, 'to']);
      break;
    }
    case 'byzantine':
      checkNode(scenario, fault.target, 'validator', report, [...path, 'target']);
      checkNodes(scenario, fault.peers, report, [...path, 'peers']);
      checkTypes(fault.types, protocol, report, [...path, 'types']);
      if (protocol !== null && !behavioursOf(protocol.declaration).includes(fault.behaviour)) {
        expect(report, [...path, 'behaviour'], oneOf(behavioursOf(protocol.declaration)));
      }
      break;
  }
}

function checkTiming(fault: Fault, report: Report, path: Path): void {
  if (fault.at !== null && fault.when !== null) expect(report, [...path, 'when'], 'either `at` or `when`');
  if (fault.until !== null && fault.untilWhen !== null)
    expect(report, [...path, 'untilWhen'], 'either `until` or `untilWhen`');
  const beginsMs = fault.at ?? (fault.when === null ? 0 : null);
  if (fault.until !== null && beginsMs !== null && fault.until <= beginsMs) {
    expect(report, [...path, 'until'], `later than its begin (${beginsMs})`);
  }
  for (const key of ['when', 'untilWhen'] as const) {
    const text = fault[key];
    if (text === null) continue;
    const parsed = parseCondition(text, formatPath([...path, key]));
    if ('problem' in parsed) add(report, parsed.problem);
  }
}

function checkNode(scenario: Scenario, name: string, kind: 'validator' | 'node', report: Report, path: Path): void {
  const index = indexOfNode(scenario, name);
  const n = validatorCount(scenario);
  if (index !== null && (kind === 'node' || index < n)) return;
  const naming = namingOfScenario(scenario);
  const [first, last] = [nodeName(0, naming), nodeName(n - 1, naming)];
  const validators = n === 1 ? first : `a validator from ${first} to ${last}`;
  const clients = scenario.clients === 1 ? 'c0' : `a client from c0 to c${scenario.clients - 1}`;
  expect(report, path, kind === 'validator' ? validators : `${validators} or ${clients}`);
}

function checkNodes(scenario: Scenario, names: readonly string[] | null, report: Report, path: Path): void {
  const seen = new Set<string>();
  for (const [i, name] of (names ?? []).entries()) {
    checkNode(scenario, name, 'node', report, [...path, i]);
    if (seen.has(name)) expect(report, [...path, i], 'each node once');
    seen.add(name);
  }
}

function checkGroups(scenario: Scenario, groups: readonly (readonly string[])[], report: Report, path: Path): void {
  const groupOf = new Map<string, number>();
  for (const [g, names] of groups.entries()) {
    for (const [i, name] of names.entries()) {
      checkNode(scenario, name, 'node', report, [...path, g, i]);
      if (groupOf.has(name))
        expect(report, [...path, g, i], `each node in one group (it is in group ${groupOf.get(name)})`);
      else groupOf.set(name, g);
    }
  }
}

function checkTypes(types: readonly string[] | null, protocol: AnyProtocol | null, report: Report, path: Path): void {
  for (const [i, type] of (types ?? []).entries()) checkType(type, protocol, report, [...path, i]);
}

function checkType(type: string, protocol: AnyProtocol | null, report: Report, path: Path): void {
  if (protocol === null) return;
  const known = protocol.declaration.messages.map((message) => message.type);
  if (!known.includes(type)) expect(report, path, oneOf(known));
}

/** Crashes of one node at known times must not overlap: the second would have nothing to crash. */
function checkCrashes(faults: readonly Fault[], report: Report): void {
  const crashes = faults.flatMap((fault, i) => {
    if (fault.kind !== 'crash' || fault.when !== null) return [];
    const endMs = fault.until ?? (fault.untilWhen === null ? Number.POSITIVE_INFINITY : (fault.at ?? 0));
    return [{ i, target: fault.target, beginMs: fault.at ?? 0, endMs }];
  });
  crashes.sort((a, b) => (a.target < b.target ? -1 : a.target > b.target ? 1 : a.beginMs - b.beginMs || a.i - b.i));
  for (const [k, crash] of crashes.entries()) {
    const before = crashes[k - 1];
    if (before === undefined || before.target !== crash.target || crash.beginMs >= before.endMs) continue;
    const expected = `not during faults[${before.i}], when ${crash.target} is down already`;
    expect(report, ['faults', crash.i, 'at'], expected, String(crash.beginMs));
  }
}

export function checkStorm(scenario: Scenario, report: Report): void {
  const { storm } = scenario;
  if (storm === null) return;
  if (storm.mix && scenario.protocol.name !== SHARDED)
    expect(report, ['storm', 'mix'], `false: only the protocol "${SHARDED}" has shards to mix`, 'true');
  const endMs = msFromMicros(stormEnd(storm, scenario.network));
  if (endMs < storm.startMs + msFromMicros(STORM_LENGTH_MIN)) {
    const path = storm.endMs === null ? ['storm', 'startMs'] : ['storm', 'endMs'];
    const found = storm.endMs === null ? String(storm.startMs) : String(storm.endMs);
    expect(report, path, `a storm of at least 1 s (it begins at ${storm.startMs} ms and ends at ${endMs} ms)`, found);
  }
}
