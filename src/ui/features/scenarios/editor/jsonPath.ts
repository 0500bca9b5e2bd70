/** Between places in JSON text and paths into its document, by CodeMirror's syntax tree, which survives half-written text. */
import type { syntaxTree } from '@codemirror/language';

export type Tree = ReturnType<typeof syntaxTree>;
type SyntaxNode = Tree['topNode'];

export type Path = readonly (string | number)[];

interface Text {
  sliceString(from: number, to: number): string;
}

/** The path of the value that `at` is in or would be in: names of objects, positions in lists. */
export function pathAt(tree: Tree, text: Text, at: number): Path {
  const path: (string | number)[] = [];
  for (let node: SyntaxNode | null = tree.resolveInner(at, -1); node !== null; node = node.parent) {
    if (node.name === 'Property') {
      const name = node.getChild('PropertyName');
      // Within the name itself nothing of the property is chosen yet.
      if (name !== null && at > name.to) path.unshift(unquoted(text.sliceString(name.from, name.to)));
    } else if (node.name === 'Array') {
      path.unshift(positionIn(node, at));
    }
  }
  return path;
}

/** How many values of the list end before `at`. */
function positionIn(list: SyntaxNode, at: number): number {
  let position = 0;
  for (let child = list.firstChild; child !== null; child = child.nextSibling) {
    if (!PUNCTUATION.has(child.name) && child.to < at) position++;
  }
  return position;
}

const PUNCTUATION: ReadonlySet<string> = new Set(['[', ']', ',', '⚠']);

/** Where the value of a path stands; the nearest that there is when the path leads further. */
export function rangeOf(tree: Tree, text: Text, path: Path): { readonly from: number; readonly to: number } {
  let value = tree.topNode.firstChild;
  let range = value === null ? { from: 0, to: 0 } : { from: value.from, to: value.to };
  let whole = true;
  for (const key of path) {
    const next = value === null ? null : childOf(value, key, text);
    if (next === null) {
      whole = false;
      break;
    }
    value = next.value;
    range = { from: next.from, to: next.to };
  }
  // Something missing is marked at the opening of what lacks it, not over all of it.
  return whole && path.length > 0 ? range : { from: range.from, to: Math.min(range.to, range.from + 1) };
}

function childOf(value: SyntaxNode, key: string | number, text: Text) {
  if (value.name === 'Object') {
    for (const property of value.getChildren('Property')) {
      const name = property.getChild('PropertyName');
      if (name === null || unquoted(text.sliceString(name.from, name.to)) !== String(key)) continue;
      const inner = property.lastChild;
      return { value: inner === name ? null : inner, from: property.from, to: property.to };
    }
  }
  if (value.name === 'Array' && typeof key === 'number') {
    let position = 0;
    for (let child = value.firstChild; child !== null; child = child.nextSibling) {
      if (PUNCTUATION.has(child.name)) continue;
      if (position++ === key) return { value: child, from: child.from, to: child.to };
    }
  }
  return null;
}

/** The document as far as it is written: what is missing or broken is left out. */
export function documentIn(tree: Tree, text: Text): unknown {
  const top = tree.topNode.firstChild;
  return top === null ? undefined : readNode(top, text);
}

function readNode(node: SyntaxNode, text: Text): unknown {
  if (node.name === 'Object') {
    const entries = node.getChildren('Property').flatMap((property) => {
      const name = property.getChild('PropertyName');
      const value = property.lastChild;
      if (name === null || value === null || value === name || value.type.isError) return [];
      return [[unquoted(text.sliceString(name.from, name.to)), readNode(value, text)] as const];
    });
    return Object.fromEntries(entries);
  }
  if (node.name === 'Array') {
    const values: unknown[] = [];
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (!PUNCTUATION.has(child.name)) values.push(readNode(child, text));
    }
    return values;
  }
  try {
    return JSON.parse(text.sliceString(node.from, node.to)) as unknown;
  } catch {
    return undefined;
  }
}

/** `faults[2].target` as problems write it. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) =>
    index === undefined ? (name as string) : Number(index),
  );
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.replaceAll('"', '');
  }
}
