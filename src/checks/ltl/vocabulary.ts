/**
 * The words that formulas about a testnet may use: some of every testnet, the others made from what its protocol declares
 * of itself. `docs/temporal-logic.md` lists them.
 */
import { nodeIndexOf, nodeName, type NodeIndex } from '../../core/ids.ts';
import { msFromMicros } from '../../core/time.ts';
import type { FieldDeclaration } from '../../protocols/protocol.ts';
import type { Literal } from './formula.ts';
import { FIELD, type Scene, type Setting } from './scene.ts';

/** What happens at one moment. */
export type EventKind =
  | 'sent'
  | 'decide'
  | 'epochChanged'
  | 'leaderChanged'
  | 'fault'
  | 'heal'
  | 'crash'
  | 'restart'
  | 'partition'
  | 'evidence';

/**
 * What a value can change with. `front`: who leads, how far everybody is and who is up, which changes far less often than the
 * rest of a validator's `state`.
 */
export type Source = 'front' | 'state' | 'fault' | 'time';

export type Parameter = 'none' | 'node' | 'node?' | 'message, node?';

export type Word = {
  readonly word: string;
  readonly parameter: Parameter;
  /** One sentence for people. */
  readonly explain: string;
} & (
  | { readonly kind: 'event'; readonly event: EventKind }
  | {
      readonly kind: 'truth' | 'number' | 'name';
      readonly source: Source;
      /** What a name can be; left out: the name of a node. */
      readonly values?: readonly string[];
      /** `node`: as given; null: none was. */
      read(scene: Scene, node: NodeIndex | null): Literal | null;
    }
);

/** The words of a testnet by name; where two would share a name, the common one stays. */
export function vocabulary(setting: Setting): ReadonlyMap<string, Word> {
  const words = new Map<string, Word>();
  for (const word of [...events(setting), ...truths(), ...numbers(setting), ...fields(setting)]) {
    if (!words.has(word.word)) words.set(word.word, word);
  }
  return words;
}

function events({ declaration }: Setting): Word[] {
  const { epoch, change } = declaration.words;
  const event = (word: string, kind: EventKind, parameter: Parameter, explain: string): Word => ({
    kind: 'event',
    word,
    event: kind,
    parameter,
    explain,
  });
  const changed = `A correct validator (or the one named) enters a later ${epoch}.`;
  return [
    event('sent', 'sent', 'message, node?', 'Some node (or the one named second) signs and sends such a message.'),
    event('decide', 'decide', 'node?', 'A validator (or the one named) decides a block.'),
    event('decided', 'decide', 'node?', 'The same as decide.'),
    ...['viewChanged', 'epochChanged', `${camel(epoch)}Changed`, camel(change)].map((word) =>
      event(word, 'epochChanged', 'node?', changed),
    ),
    event('leaderChanged', 'leaderChanged', 'none', 'Another validator than before leads.'),
    event('fault', 'fault', 'node?', 'A fault begins (that concerns the node named).'),
    event('heal', 'heal', 'node?', 'A fault ends (that concerned the node named).'),
    event('crash', 'crash', 'node?', 'A node (or the one named) crashes.'),
    event('restart', 'restart', 'node?', 'A node (or the one named) starts again after a crash.'),
    event('partition', 'partition', 'none', 'A partition begins.'),
    event('evidence', 'evidence', 'node?', 'A node holds proof that somebody (or the node named) lied.'),
  ];
}

function truths(): Word[] {
  const on = (word: string, fault: string, explain: string): Word => ({
    kind: 'truth',
    word,
    parameter: 'node?',
    source: 'fault',
    explain,
    read: (scene, node) => scene.isOn(fault, node),
  });
  return [
    on('crashed', 'crash', 'Some node (or the one named) is down.'),
    on('byzantine', 'byzantine', 'Some node (or the one named) misbehaves.'),
    on('partitioned', 'partition', 'A partition is on (with the node named in a group of it).'),
    {
      kind: 'truth',
      word: 'calm',
      parameter: 'none',
      source: 'fault',
      explain: 'No fault is on.',
      read: (scene) => scene.active.length === 0,
    },
    {
      kind: 'truth',
      word: 'alive',
      parameter: 'node',
      source: 'front',
      explain: 'The validator named runs.',
      read: (scene, node) => scene.alive[node ?? -1] ?? false,
    },
  ];
}

function numbers(setting: Setting): Word[] {
  const { declaration } = setting;
  const { epoch, slot, leader } = declaration.words;
  const ofNode =
    (field: number, otherwise: (scene: Scene) => number) =>
    (scene: Scene, node: NodeIndex | null): number | null =>
      node === null ? otherwise(scene) : atLeastZero(scene.fields[node]?.[field]);
  const height = ofNode(FIELD.height, (scene) => scene.height);
  const view = ofNode(FIELD.epoch, (scene) => scene.epoch);
  const number = (word: string, source: Source, explain: string, read: typeof height): Word => ({
    kind: 'number',
    word,
    parameter: source === 'front' ? 'node?' : 'none',
    source,
    explain,
    read,
  });
  const leads = (word: string): Word => ({
    kind: 'name',
    word,
    parameter: 'none',
    source: 'front',
    explain: 'The validator that the most advanced validators take for the leader.',
    read: (scene) => (scene.leader === null ? null : nodeName(scene.leader, setting)),
  });
  return [
    ...['height', camel(slot)].map((word) =>
      number(word, 'front', 'Largest height decided by a correct validator (or by the one named).', height),
    ),
    ...['view', 'epoch', camel(epoch)].map((word) =>
      number(word, 'front', `${declaration.words.epoch} of the most advanced validators (or of the one named).`, view),
    ),
    number('timeMs', 'time', 'Virtual time of the state, ms.', (scene) => msFromMicros(scene.t)),
    number('faults', 'fault', 'How many faults are on.', (scene) => scene.active.length),
    ...['leader', camel(leader)].map(leads),
  ];
}

/** One word for each declared field: of the node named or, where that makes sense, over all correct validators. */
function fields(setting: Setting): Word[] {
  return setting.declaration.fields.map((field, index): Word => {
    const { name: word, explain } = field;
    const raw = (scene: Scene, node: NodeIndex | null): number | null =>
      node === null ? largest(scene, index) : atLeastZero(scene.fields[node]?.[index]);
    const common = { word, source: 'state' as const, explain };
    if (field.kind === 'boolean') {
      return { ...common, kind: 'truth', parameter: 'node?', read: (scene, node) => raw(scene, node) === 1 };
    }
    if (field.kind === 'enum' || field.kind === 'node') {
      const read = (scene: Scene, node: NodeIndex | null): string | null => nameOf(field, raw(scene, node), setting);
      const values = field.kind === 'enum' ? { values: field.values ?? [] } : {};
      return { ...common, ...values, kind: 'name', parameter: 'node', read };
    }
    return { ...common, kind: 'number', parameter: 'node?', read: raw };
  });
}

function nameOf(field: FieldDeclaration, value: number | null, setting: Setting): string | null {
  if (value === null) return null;
  return field.kind === 'enum' ? (field.values?.[value] ?? null) : nodeName(value, setting);
}

function largest(scene: Scene, index: number): number | null {
  let top: number | null = null;
  scene.fields.forEach((values, node) => {
    const value = atLeastZero(values?.[index]);
    if (value !== null && scene.isCorrect(node) && (top === null || value > top)) top = value;
  });
  return top;
}

function atLeastZero(value: number | undefined): number | null {
  return value === undefined || value < 0 ? null : value;
}

/** `view change` → `viewChange`. */
export function camel(words: string): string {
  return words.replace(/[^\p{L}\p{N}]+(.)/gu, (_, letter: string) => letter.toUpperCase());
}

/** Which nodes a word's parameter may name. */
export function nodesFor(word: Word, setting: Setting): readonly string[] {
  const { validatorCount, clientCount } = setting;
  const clients = word.kind === 'event' && (word.event === 'sent' || word.event === 'evidence') ? clientCount : 0;
  return Array.from({ length: validatorCount + clients }, (_, node) => nodeName(node, setting));
}

export function nodeOf(name: string, setting: Setting): NodeIndex | null {
  return nodeIndexOf(name, setting);
}
