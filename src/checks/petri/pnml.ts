/**
 * PNML, place/transition nets: ISO/IEC 15909-2:2011, §7 (meta model) and the type ptnet. Pages are flattened and reference nodes
 * resolved. Inhibitor arcs, which the standard lacks, as most tools write them: `<type value="inhibitor"/>` in the arc.
 */
import { type Problem, TestnetError } from '../../core/problem.ts';
import {
  checkNet,
  countProblem,
  isCount,
  type PetriArc,
  type PetriNet,
  type PetriPlace,
  type PetriTransition,
} from './net.ts';
import { escapeXml, parseXml, placeOf, type XmlElement } from './xml.ts';

const NAMESPACE = 'http://www.pnml.org/version-2009/grammar/pnml';
const PTNET = 'http://www.pnml.org/version-2009/grammar/ptnet';
/** Types of the standard and of its forerunners that mean a place/transition net; the first is written. */
const TYPES: readonly string[] = [
  PTNET,
  'http://www.informatik.hu-berlin.de/top/pntd/ptNetb',
  'PTNet',
  'ptnet',
  'P/T net',
];
/** A document longer than this is no net that could be analysed, in UTF-16 code units. */
const LENGTH_MAX = 32_000_000;

interface Gathered {
  readonly places: { readonly node: PetriPlace; readonly at: number }[];
  readonly transitions: { readonly node: PetriTransition; readonly at: number }[];
  readonly arcs: { readonly arc: PetriArc; readonly at: number }[];
  /** Reference nodes: the id they stand for. */
  readonly references: Map<string, { readonly ref: string; readonly at: number }>;
}

/** The first net of a PNML document. @throws {TestnetError} bad-input, with line and column in its problems. */
export function readPnml(source: string): PetriNet {
  if (source.length > LENGTH_MAX) refuse('', `${source.length} characters`, `at most ${LENGTH_MAX}`);
  const root = parseXml(source);
  const fail = (at: number, found: string, expected: string): never => refuse(placeOf(source, at), found, expected);
  if (root.name !== 'pnml') fail(root.at, `<${root.name}>`, '<pnml>');
  const net = root.children.find(({ name }) => name === 'net');
  if (net === undefined) return fail(root.at, 'no <net>', 'one net');
  const type = net.attributes.get('type') ?? PTNET;
  if (!TYPES.includes(type)) fail(net.at, `a net of type ${JSON.stringify(type.slice(0, 80))}`, PTNET);
  const gathered: Gathered = { places: [], transitions: [], arcs: [], references: new Map() };
  gather(net, gathered, source);
  const resolve = (id: string, at: number): string =>
    resolved(id, gathered, (found, expected) => fail(at, found, expected));
  const arcs = gathered.arcs.map(({ arc, at }) => ({ ...arc, from: resolve(arc.from, at), to: resolve(arc.to, at) }));
  const read: PetriNet = {
    name: labelText(net, 'name') ?? net.attributes.get('id') ?? '',
    places: gathered.places.map(({ node }) => node),
    transitions: gathered.transitions.map(({ node }) => node),
    arcs: mergeArcs(arcs),
  };
  const problems = checkNet(read);
  if (problems.length > 0) throw refusal(problems.map((problem) => located(problem, gathered, arcs, read, source)));
  return read;
}

function gather(parent: XmlElement, into: Gathered, source: string): void {
  for (const element of parent.children) {
    const { name, at } = element;
    if (name === 'page') gather(element, into, source);
    else if (name === 'place') {
      const id = attribute(element, 'id', source);
      const initial = count(element, 'initialMarking', 0, 0, source);
      into.places.push({ node: { id, name: labelText(element, 'name') ?? id, initial }, at });
    } else if (name === 'transition') {
      const id = attribute(element, 'id', source);
      into.transitions.push({ node: { id, name: labelText(element, 'name') ?? id }, at });
    } else if (name === 'arc') {
      const from = attribute(element, 'source', source);
      const to = attribute(element, 'target', source);
      const weight = count(element, 'inscription', 1, 1, source);
      into.arcs.push({ arc: { from, to, weight, kind: kindOf(element, source) }, at });
    } else if (name === 'referencePlace' || name === 'referenceTransition') {
      into.references.set(attribute(element, 'id', source), { ref: attribute(element, 'ref', source), at });
    }
  }
}

function attribute({ attributes, name, at }: XmlElement, wanted: string, source: string): string {
  const value = attributes.get(wanted);
  if (value === undefined || value === '')
    return refuse(placeOf(source, at), `<${name}> without ${wanted}`, `${wanted}="…"`);
  return value;
}

/** The text of `<label><text>…</text></label>`, or null where there is none. */
function labelText(element: XmlElement, label: string): string | null {
  const found = element.children.find(({ name }) => name === label);
  const text =
    found?.children.find(({ name }) => name === 'text')?.text ??
    found?.children.find(({ name }) => name === 'value')?.text;
  return text === undefined ? null : text.trim();
}

/** A number in a label; `Default,3` as some tools write it. */
function count(element: XmlElement, label: string, otherwise: number, least: number, source: string): number {
  const text = labelText(element, label);
  if (text === null || text === '') return otherwise;
  const [, digits] = /^(?:[A-Za-z]\w*,)?(\d{1,15})$/.exec(text) ?? [];
  const value = digits === undefined ? Number.NaN : Number(digits);
  if (isCount(value, least)) return value;
  const at = element.children.find(({ name }) => name === label)?.at ?? element.at;
  const { found, expected } = countProblem('', text, least);
  return refuse(placeOf(source, at), `${label} ${found}`, expected);
}

function kindOf(element: XmlElement, source: string): PetriArc['kind'] {
  const type = element.children.find(({ name }) => name === 'type' || name === 'arctype');
  const value = (
    type?.attributes.get('value') ??
    labelText(element, type?.name ?? 'type') ??
    type?.text ??
    'normal'
  ).trim();
  if (value === 'normal' || value === '') return 'normal';
  if (value === 'inhibitor') return 'inhibitor';
  return refuse(
    placeOf(source, type?.at ?? element.at),
    `an arc of type ${JSON.stringify(value.slice(0, 40))}`,
    'normal or inhibitor',
  );
}

function resolved(id: string, { references }: Gathered, fail: (found: string, expected: string) => never): string {
  let current = id;
  for (let hops = 0; references.has(current); hops++) {
    if (hops > references.size)
      return fail(`reference node ${JSON.stringify(id)} in a circle`, 'one that leads to a node');
    current = references.get(current)?.ref ?? '';
  }
  return current;
}

/** Several arcs between the same nodes are one with their weights added; of inhibitor arcs the strictest counts. */
export function mergeArcs(arcs: readonly PetriArc[]): readonly PetriArc[] {
  const merged = new Map<string, PetriArc>();
  for (const arc of arcs) {
    const key = JSON.stringify([arc.kind, arc.from, arc.to]);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, arc);
    else if (arc.kind === 'inhibitor') merged.set(key, { ...arc, weight: Math.min(known.weight, arc.weight) });
    else merged.set(key, { ...arc, weight: known.weight + arc.weight });
  }
  return [...merged.values()];
}

/** A problem of the net, at its place in the document. */
function located(
  problem: Problem,
  gathered: Gathered,
  arcs: readonly PetriArc[],
  net: PetriNet,
  source: string,
): Problem {
  const [, list = '', position = '0'] = /^(\w+)\[(\d+)\]/.exec(problem.path) ?? [];
  const index = Number(position);
  let at = 0;
  if (list === 'places') at = gathered.places[index]?.at ?? 0;
  if (list === 'transitions') at = gathered.transitions[index]?.at ?? 0;
  const arc = list === 'arcs' ? net.arcs[index] : undefined;
  if (arc !== undefined) {
    at =
      gathered.arcs[arcs.findIndex(({ from, to, kind }) => from === arc.from && to === arc.to && kind === arc.kind)]
        ?.at ?? 0;
  }
  return { ...problem, path: placeOf(source, at) };
}

/** A document of one net on one page; ids that are no XML names are replaced, names kept. */
export function writePnml(net: PetriNet): string {
  const ids = xmlIds(net);
  const id = (key: string): string => escapeXml(ids.get(key) ?? key);
  const label = (name: string, text: string): string => `<${name}><text>${escapeXml(text)}</text></${name}>`;
  const places = net.places.map(({ id: key, name, initial }) => {
    const marking = initial === 0 ? '' : label('initialMarking', String(initial));
    return `      <place id="${id(key)}">${label('name', name)}${marking}</place>`;
  });
  const transitions = net.transitions.map(
    ({ id: key, name }) => `      <transition id="${id(key)}">${label('name', name)}</transition>`,
  );
  const arcs = net.arcs.map(({ from, to, weight, kind }, i) => {
    const inscription = weight === 1 ? '' : label('inscription', String(weight));
    const type = kind === 'inhibitor' ? '<type value="inhibitor"/>' : '';
    return `      <arc id="arc-${i}" source="${id(from)}" target="${id(to)}">${inscription}${type}</arc>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<pnml xmlns="${NAMESPACE}">`,
    `  <net id="net-0" type="${PTNET}">`,
    `    ${label('name', net.name)}`,
    '    <page id="page-0">',
    ...places,
    ...transitions,
    ...arcs,
    '    </page>',
    '  </net>',
    '</pnml>',
    '',
  ].join('\n');
}

/** Ids as they are where they are XML names that no other element has. */
function xmlIds({ places, transitions }: PetriNet): ReadonlyMap<string, string> {
  const taken = new Set(['net-0', 'page-0']);
  const ids = new Map<string, string>();
  [...places, ...transitions].forEach(({ id }, i) => {
    const isName = /^[A-Za-z_][\w.-]*$/.test(id) && !id.startsWith('arc-');
    let name = isName ? id : `n-${i}`;
    while (taken.has(name)) name = `${name}-`;
    taken.add(name);
    ids.set(id, name);
  });
  return ids;
}

function refusal(problems: readonly Problem[]): TestnetError {
  return new TestnetError('bad-input', 'not a place/transition net', problems);
}

function refuse(path: string, found: string, expected: string): never {
  throw refusal([{ path, found, expected }]);
}
