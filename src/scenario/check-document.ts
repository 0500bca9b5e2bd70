/** What the schema cannot say about a scenario: the protocol and its settings, the network's bounds, transactions. */
import { bindFormula } from '../checks/ltl/bind.ts';
import type { AnyProtocol } from '../protocols/protocol.ts';
import type { ProtocolMap } from './compile.ts';
import { leastMs } from './latency.ts';
import { indexOfAccount, indexOfNode, namingOfScenario, validatorCount, SHARDED } from './nodes.ts';
import { add, expect, type Report } from './report.ts';
import type { Scenario } from './schema.ts';
import { VALIDATORS_DEFAULT } from './schema/document.ts';
import { checkShardMap } from './shards.ts';
import { escapeInvisible, oneOf } from './show.ts';

/** The protocol meant, or null when there is none of that name. */
export function checkProtocol(scenario: Scenario, protocols: ProtocolMap, report: Report): AnyProtocol | null {
  const { name, config, mutant } = scenario.protocol;
  const protocol = protocols.get(name);
  if (protocol === undefined) {
    expect(report, ['protocol', 'name'], oneOf([...protocols.keys()]));
    return null;
  }
  const mutants = protocol.mutants.map((known) => known.name);
  if (mutant !== null && !mutants.includes(mutant)) {
    expect(report, ['protocol', 'mutant'], mutants.length === 0 ? 'null' : `null, ${oneOf(mutants)}`);
  }
  const parsed = protocol.parseConfig(config, validatorCount(scenario), scenario.shards?.validatorsPerShard);
  if ('problems' in parsed) {
    for (const { path, found, expected } of parsed.problems) {
      const joint = path === '' || path.startsWith('[') ? '' : '.';
      add(report, { path: `protocol.config${joint}${escapeInvisible(path)}`, found: escapeInvisible(found), expected });
    }
  }
  return protocol;
}

/** Bounds in order, and no link slower by nature than what the synchrony promises. */
export function checkNetwork(scenario: Scenario, report: Report): void {
  const { latency, synchrony } = scenario.network;
  const path = ['network', 'latency'];
  if ('minMs' in latency && 'maxMs' in latency && latency.minMs > latency.maxMs) {
    expect(report, [...path, 'maxMs'], `at least minMs (${latency.minMs})`, String(latency.maxMs));
  }
  const least = leastMs(latency);
  if (synchrony.kind === 'asynchronous' || least === null) return;
  if (synchrony.deltaMs < least) {
    expect(
      report,
      ['network', 'synchrony', 'deltaMs'],
      `at least the smallest latency (${least})`,
      String(synchrony.deltaMs),
    );
  }
}

export function checkWhole(scenario: Scenario, protocol: AnyProtocol | null, report: Report): void {
  checkShards(scenario, protocol, report);
  const names = new Set<string>();
  for (const [i, { name }] of scenario.expect.entries()) {
    if (names.has(name)) expect(report, ['expect', i, 'name'], 'a name that no other expectation has');
    names.add(name);
  }
  if (protocol !== null) checkExpectations(scenario, protocol, report);
}

/** Shards and load between them need the protocol that knows both, and as many validators as the shards have. */
function checkShards(scenario: Scenario, protocol: AnyProtocol | null, report: Report): void {
  const { shards, workload, validators } = scenario;
  const knowsShards = protocol === null || protocol.declaration.name === SHARDED;
  if (workload.crossShard > 0 && !knowsShards)
    expect(report, ['workload', 'crossShard'], `0: only the protocol "${SHARDED}" has shards`);
  if (workload.hotspot !== null && !knowsShards)
    expect(report, ['workload', 'hotspot'], `null: only the protocol "${SHARDED}" has hotspots`);
  if (shards === null) return;
  if (!knowsShards) expect(report, ['shards'], `null: only the protocol "${SHARDED}" has shards`);
  if (checkShardMap(scenario, shards, report) === 'faulty') return;
  const count = validatorCount(scenario);
  const given = typeof validators === 'number' ? validators : validators.length;
  if (given !== count && validators !== VALIDATORS_DEFAULT)
    expect(report, ['validators'], `${count}, as \`shards\` says, or nothing`, String(given));
}

/** Every formula must mean something in this testnet. */
function checkExpectations(scenario: Scenario, { declaration }: AnyProtocol, report: Report): void {
  const setting = { declaration, ...namingOfScenario(scenario) };
  for (const [i, { ltl }] of scenario.expect.entries()) {
    const bound = bindFormula(ltl, setting);
    if ('bound' in bound) continue;
    const { line, column, found, expected: wanted } = bound.problem;
    expect(report, ['expect', i, 'ltl'], wanted, `${escapeInvisible(found)} at line ${line}, column ${column}`);
  }
}

export function checkTransactions(scenario: Scenario, report: Report): void {
  const { accounts } = scenario.workload;
  const account = `an account from a0 to a${accounts - 1}`;
  for (const [i, { from, to, client }] of scenario.transactions.entries()) {
    for (const [key, name] of [
      ['from', from],
      ['to', to],
    ] as const) {
      if (indexOfAccount(name, accounts) === null) expect(report, ['transactions', i, key], account);
    }
    if (from === to) expect(report, ['transactions', i, 'to'], 'another account than `from`');
    const index = client === null ? null : indexOfNode(scenario, client);
    if (client !== null && (index === null || index < validatorCount(scenario))) {
      expect(report, ['transactions', i, 'client'], `a client from c0 to c${scenario.clients - 1}`);
    }
  }
}
