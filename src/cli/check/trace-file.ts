/** Reads an exported run: JSON lines of trace events, or a run file. */
import type { Setting } from '../../checks/ltl/scene.ts';
import type { Naming } from '../../core/ids.ts';
import { type Problem, TestnetError } from '../../core/problem.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import type { AnyProtocol } from '../../protocols/protocol.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { namingOfScenario } from '../../scenario/index.ts';
import { openTestnet } from '../../session/index.ts';

export interface ReadTrace {
  readonly events: readonly TraceEvent[];
  readonly setting: Setting;
}

type Refused = { readonly problem: Problem };

const OPENING_BRACE = 0x7b;

/** The events in a file and the testnet they are about. Never throws on what a file may hold. */
export async function readTrace(path: string, bytes: Uint8Array): Promise<ReadTrace | Refused> {
  return bytes[0] === OPENING_BRACE ? readLines(path, bytes) : readRunFile(path, bytes);
}

async function readRunFile(path: string, bytes: Uint8Array): Promise<ReadTrace | Refused> {
  const testnet = await openTestnet();
  try {
    await testnet.importRunFile(bytes);
    const scenario = await testnet.scenario();
    const { protocol } = scenario;
    const declaration = PROTOCOLS.get(protocol.name)?.declaration;
    if (declaration === undefined) return refuse(path, protocol.name, `one of ${[...PROTOCOLS.keys()].join(', ')}`);
    const events = await testnet.trace();
    return { events, setting: { declaration, ...namingOfScenario(scenario) } };
  } catch (error) {
    if (error instanceof TestnetError) return refuse(path, error.message, 'JSON lines of a trace, or a run file');
    throw error;
  } finally {
    await testnet.close();
  }
}

function readLines(path: string, bytes: Uint8Array): ReadTrace | Refused {
  const events: TraceEvent[] = [];
  let before = 0;
  for (const [index, line] of new TextDecoder().decode(bytes).split('\n').entries()) {
    if (line.trim() === '') continue;
    const event = readEvent(line, before);
    if ('expected' in event) return refuse(`${path}, line ${index + 1}`, event.found, event.expected);
    before = event.t;
    events.push(event);
  }
  const protocol = protocolOf(events);
  if (protocol === null) {
    return refuse(path, 'messages or fields of no protocol here', `a trace of ${[...PROTOCOLS.keys()].join(', ')}`);
  }
  return { events, setting: { declaration: protocol.declaration, ...namingFrom(events) } };
}

const STRINGS: Readonly<Record<string, readonly string[]>> = {
  send: ['type', 'to'],
  decide: [],
  state: [],
  fault: ['faultId', 'fault'],
  heal: ['faultId', 'fault'],
  evidence: ['against'],
};

/** The event in a line, with what judging it reads checked. */
function readEvent(line: string, before: number): TraceEvent | Omit<Problem, 'path'> {
  let value: unknown = null;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { found: error instanceof Error ? error.message : 'no JSON', expected: 'a trace event as JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { found: JSON.stringify(value).slice(0, 60), expected: 'a trace event: { seq, t, node, kind, … }' };
  }
  const event = value as Readonly<Record<string, unknown>>;
  const { t, node, kind, slot, fields, targets } = event;
  if (typeof t !== 'number' || !(t >= before)) return wrong('t', t, `virtual ms, not before ${before}`);
  if (typeof node !== 'string') return wrong('node', node, 'the name of a node');
  if (typeof kind !== 'string') return wrong('kind', kind, 'the kind of an event');
  for (const key of STRINGS[kind] ?? []) if (typeof event[key] !== 'string') return wrong(key, event[key], 'a text');
  if (kind === 'decide' && !Number.isInteger(slot)) return wrong('slot', slot, 'a height');
  if (kind === 'state' && (typeof fields !== 'object' || fields === null)) return wrong('fields', fields, 'an object');
  const names = Array.isArray(targets) && targets.every((name) => typeof name === 'string');
  if ((kind === 'fault' || kind === 'heal') && !names) return wrong('targets', targets, 'a list of nodes');
  return value as TraceEvent;
}

function wrong(key: string, value: unknown, expected: string): Omit<Problem, 'path'> {
  return { found: `${key} ${JSON.stringify(value) ?? 'missing'}`.slice(0, 80), expected };
}

/** The protocol that declares every message sent and every field shown; null: there is none. */
function protocolOf(events: readonly TraceEvent[]): AnyProtocol | null {
  const types = new Set<string>();
  const fields = new Set<string>();
  for (const event of events) {
    if (event.kind === 'send' && event.type !== '') types.add(event.type);
    if (event.kind === 'state' && !event.node.startsWith('c'))
      for (const name of Object.keys(event.fields)) fields.add(name);
  }
  for (const protocol of PROTOCOLS.values()) {
    const { declaration } = protocol;
    const messages = new Set(declaration.messages.map(({ type }) => type));
    const declared = new Set(declaration.fields.map(({ name }) => name));
    const same = fields.size === 0 || fields.size === declared.size;
    if (same && [...types].every((type) => messages.has(type)) && [...fields].every((name) => declared.has(name))) {
      return protocol;
    }
  }
  return null;
}

/** As many validators and clients, and as many validators in a shard, as the trace names. */
function namingFrom(events: readonly TraceEvent[]): Naming & { readonly clientCount: number } {
  let [shardCount, validatorCount, clientCount] = [0, 1, 0];
  const see = (name: string): void => {
    const match = NODE_NAME.exec(name);
    if (match === null) return;
    const [, letter, shard, position] = match;
    const count = Number(position) + 1;
    if (letter === 'c') clientCount = Math.max(clientCount, count);
    else validatorCount = Math.max(validatorCount, count);
    if (shard !== undefined) shardCount = Math.max(shardCount, Number(shard) + 1);
  };
  for (const event of events) {
    see(event.node);
    if (event.kind === 'send') see(event.to);
  }
  if (shardCount === 0) return { validatorCount, clientCount, validatorsPerShard: null };
  return { validatorCount: shardCount * validatorCount, clientCount, validatorsPerShard: validatorCount };
}

/** Letter, shard and position. */
const NODE_NAME = /^(?:([vc])|s(\d{1,4})v)(\d{1,4})$/;

function refuse(path: string, found: string, expected: string): Refused {
  return { problem: { path, found, expected } };
}
