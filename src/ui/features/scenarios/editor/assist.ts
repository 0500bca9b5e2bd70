/** What the editor says about the text: problems where they are, and what could be written. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { ensureSyntaxTree, syntaxTree } from '@codemirror/language';
import type { Diagnostic } from '@codemirror/lint';
import type { EditorState } from '@codemirror/state';
import type { Problem } from '../../../../core/problem.ts';
import { PROTOCOLS } from '../../../../protocols/registry.ts';
import { parseScenarioText } from '../../../../scenario/index.ts';
import { documentIn, parsePath, pathAt, rangeOf, type Tree } from './jsonPath.ts';
import { type Offer, propertyOffers, type Schema, valueOffers } from './schema.ts';

/** Time to parse a mebibyte at worst. */
const PARSE_MS = 200;

/** Problems of the text as a scenario, each at its place. */
export function diagnosticsOf(state: EditorState): readonly Diagnostic[] {
  const parsed = parseScenarioText(state.doc.toString(), PROTOCOLS);
  if (!('problems' in parsed)) return [];
  return parsed.problems.map((problem) => ({
    ...placeOf(state, problem),
    severity: 'error' as const,
    message: `found ${problem.found}, expected ${problem.expected}`,
    source: problem.path,
  }));
}

/** A syntax error names line and column, everything else a path. */
function placeOf(state: EditorState, { path }: Problem): { readonly from: number; readonly to: number } {
  const position = /line (\d+),? column (\d+)/.exec(path);
  if (position !== null) {
    const line = state.doc.line(Math.min(state.doc.lines, Number(position[1])));
    const from = Math.min(line.to, line.from + Number(position[2]) - 1);
    return { from, to: Math.min(state.doc.length, from + 1) };
  }
  const tree = ensureSyntaxTree(state, state.doc.length, PARSE_MS) ?? syntaxTree(state);
  return rangeOf(tree, state.doc, parsePath(path));
}

/** Completion from the schema: names within an object, values behind a colon or in a list. */
export function completionsFrom(schema: Schema): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const { state, pos } = context;
    const tree = ensureSyntaxTree(state, state.doc.length, PARSE_MS) ?? syntaxTree(state);
    const word = context.matchBefore(/"?[\w.:-]*"?/);
    const from = word?.from ?? pos;
    if (from === pos && !context.explicit) return null;
    const due = dueAt(state, from, tree);
    if (due === null) return null;
    const path = pathAt(tree, state.doc, from);
    const document = documentIn(tree, state.doc);
    const offers = due === 'name' ? propertyOffers(schema, path, document) : valueOffers(schema, path, document);
    if (offers.length === 0) return null;
    return { from, options: offers.map(due === 'name' ? nameOption : valueOption), validFor: /^"?[\w.:-]*"?$/ };
  };
}

/** What may be written at a place: a name right within an object, a value behind a colon or right within a list. */
function dueAt(state: EditorState, at: number, tree: Tree): 'name' | 'value' | null {
  const before = state.sliceDoc(0, at).trimEnd();
  if (before.endsWith('{')) return 'name';
  if (before.endsWith(':') || before.endsWith('[')) return 'value';
  if (!before.endsWith(',')) return null;
  for (let node = tree.resolveInner(before.length, -1); ; ) {
    if (node.name === 'Object') return 'name';
    if (node.name === 'Array') return 'value';
    if (node.parent === null) return null;
    node = node.parent;
  }
}

const nameOption = ({ text, detail }: Offer): Completion => ({
  label: `"${text}"`,
  apply: `"${text}": `,
  info: detail,
  type: 'property',
});
const valueOption = ({ text, detail }: Offer): Completion => ({ label: text, info: detail, type: 'enum' });
