/**
 * One protocol's scenario for another. Seed, network, load, and faults of machines and links mean the same everywhere; types of
 * messages are translated by what they are for; what has no counterpart is left out. Every change leaves a note.
 */
import { describeProblem, type Problem, TestnetError } from '../../core/problem.ts';
import type { AnyProtocol, Declaration, MessageDeclaration } from '../../protocols/protocol.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { type Fault, type Scenario, validateScenario } from '../../scenario/index.ts';
import { REAL_SUITES } from '../../crypto/suite.ts';

export interface Translated {
  readonly scenario: Scenario;
  readonly notes: readonly string[];
}

/** `base` must be valid. @throws TestnetError `bad-input` where nothing that may be left out is at fault */
export function translate(base: Scenario, target: AnyProtocol): Translated {
  const source = PROTOCOLS.get(base.protocol.name);
  const { name } = target.declaration;
  if (source === undefined || base.protocol.name === name) return leaveOut(base, []);
  const notes: string[] = [];
  const config = translateConfig(base.protocol.config, source, target, notes);
  if (base.protocol.mutant !== null) notes.push(`not the variant ${base.protocol.mutant}: ${name} as it should be`);
  const faults = base.faults.flatMap((fault, i) => {
    const translated = translateFault(fault, source.declaration, target.declaration, (text) =>
      notes.push(`faults[${i}] (${fault.kind}): ${text}`),
    );
    return translated === null ? [] : [translated];
  });
  return leaveOut({ ...base, protocol: { name, config, mutant: null }, faults }, notes);
}

type Config = Scenario['protocol']['config'];

/** Settings that both protocols have are the same for both: as written, or else as the scenario's own protocol has them. */
function translateConfig(config: Config, source: AnyProtocol, target: AnyProtocol, notes: string[]): Config {
  const { name } = target.declaration;
  const [own, other] = [settingsOf(source), settingsOf(target)];
  const kept: Record<string, unknown> = {};
  for (const [key, { default: usual }] of Object.entries(own)) {
    const isPlain = typeof usual === 'number' || typeof usual === 'boolean';
    if (!isPlain || !Object.hasOwn(other, key) || Object.hasOwn(config, key)) continue;
    if (other[key]?.default === usual) continue;
    kept[key] = usual;
    notes.push(`protocol.config.${key}: ${usual}, as for ${source.declaration.name}`);
  }
  for (const [key, value] of Object.entries(config)) {
    if (Object.hasOwn(other, key)) kept[key] = value;
    else notes.push(`protocol.config.${key}: ${name} has no such setting`);
  }
  return kept;
}

function settingsOf({ configSchema }: AnyProtocol): Readonly<Record<string, { readonly default?: unknown }>> {
  const { properties = {} } = configSchema as {
    readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
  };
  return properties;
}

function translateFault(
  fault: Fault,
  source: Declaration,
  target: Declaration,
  note: (text: string) => void,
): Fault | null {
  if (fault.kind === 'message') {
    note(`left out: ${fault.message} is another message in ${target.name}`);
    return null;
  }
  if (!('types' in fault) || fault.types === null) return fault;
  const types = translateTypes(fault.types, source, target);
  if (types.length === 0) {
    note(`left out: ${target.name} has no message for what ${fault.types.join(', ')} is for`);
    return null;
  }
  if (types.join() !== fault.types.join()) note(`${types.join(', ')} in the place of ${fault.types.join(', ')}`);
  return { ...fault, types };
}

/** The type of the same name and phase, or else all types of that phase; in the target's order. */
export function translateTypes(types: readonly string[], source: Declaration, target: Declaration): string[] {
  const wanted = new Set<string>();
  for (const type of types) {
    const phase = source.messages.find((message) => message.type === type)?.phase;
    const peers = target.messages.filter((message: MessageDeclaration) => message.phase === phase);
    const namesake = peers.filter((message) => message.type === type);
    for (const message of namesake.length > 0 ? namesake : peers) wanted.add(message.type);
  }
  return target.messages.map(({ type }) => type).filter((type) => wanted.has(type));
}

/** Where a part that a protocol may not know begins: an element of a list, or a setting. */
const OPTIONAL_PART = /^(faults|expect|transactions)\[(\d+)\]|^protocol\.config\.([A-Za-z_$][\w$-]*)/;

/** Leaves out what the protocol refuses, one part after the other, until the rest is accepted. */
export function leaveOut(scenario: Scenario, before: readonly string[]): Translated {
  const notes = [...before];
  let rest: Scenario = scenario;
  const partCount =
    rest.faults.length + rest.expect.length + rest.transactions.length + Object.keys(rest.protocol.config).length;
  for (let tries = 0; tries <= partCount; tries++) {
    const validated = validateScenario(rest, PROTOCOLS);
    if ('scenario' in validated) return { scenario: validated.scenario, notes };
    const [first] = validated.problems;
    const part = OPTIONAL_PART.exec(first?.path ?? '');
    if (first === undefined || part === null) throw refusal(scenario.protocol.name, validated.problems);
    notes.push(`left out: ${describeProblem(first)}`);
    rest = without(rest, part);
  }
  throw refusal(scenario.protocol.name, [
    { path: '', found: 'a scenario that cannot be made to fit', expected: 'another' },
  ]);
}

/** Says for which protocol: the scenario may be fine for another. */
function refusal(protocol: string, problems: readonly Problem[]): TestnetError {
  const told = problems.map((problem) => ({ ...problem, expected: `${problem.expected} (for ${protocol})` }));
  const [first] = told;
  return new TestnetError('bad-input', first === undefined ? 'bad scenario' : describeProblem(first), told);
}

function without(scenario: Scenario, [, list, index, setting]: RegExpExecArray): Scenario {
  if (setting !== undefined) {
    const { config } = scenario.protocol;
    // A setting that is refused and not written is refused for what others say: then none of them stays.
    const kept = Object.hasOwn(config, setting) ? Object.entries(config).filter(([key]) => key !== setting) : [];
    return { ...scenario, protocol: { ...scenario.protocol, config: Object.fromEntries(kept) } };
  }
  const key = list as 'faults' | 'expect' | 'transactions';
  return { ...scenario, [key]: scenario[key].filter((_, i) => i !== Number(index)) };
}

/** The same sizes and virtual costs without the mathematics. */
export function withModelledSuites(scenario: Scenario): Scenario {
  const modelled = (suite: Scenario['crypto']['suite']): Scenario['crypto']['suite'] => {
    const real = REAL_SUITES.find((name) => name === suite);
    return real === undefined ? suite : `modelled:${real}`;
  };
  const { validators } = scenario;
  return {
    ...scenario,
    crypto: { suite: modelled(scenario.crypto.suite) },
    validators:
      typeof validators === 'number'
        ? validators
        : validators.map((entry) => ({ ...entry, suite: entry.suite === null ? null : modelled(entry.suite) })),
  };
}
