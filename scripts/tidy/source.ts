/** A source file as the tidy rules see it: its layer, imports, comments and the global names it reads. */
import { posix } from 'node:path';
import { parseSync } from 'vite';

/** A node of the ESTree that the bundler's own parser gives; offsets are UTF-16 positions in the text. */
export interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface Visit {
  readonly node: AstNode;
  readonly parent: AstNode | null;
  /** The field of the parent that holds the node. */
  readonly key: string;
}

export interface Reference {
  /** Module specifier as written. */
  readonly specifier: string;
  readonly at: number;
  /** A value that is only known when the program runs. */
  readonly computed: boolean;
}

export interface Source {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** `core`, `kernel`, … ; '' for a file directly in `src/` or outside it. */
  readonly layer: string;
  readonly isTest: boolean;
  readonly visits: readonly Visit[];
  readonly comments: readonly { readonly text: string; readonly at: number }[];
  /** Static, dynamic and type imports, re-exports and `new URL('…', import.meta.url)`. */
  readonly imports: readonly Reference[];
  /** Every identifier that reads a name which the file itself nowhere declares. */
  readonly globals: readonly { readonly name: string; readonly at: number }[];
}

/** @throws {Error} when the text does not parse. */
export function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  const [problem] = parsed.errors;
  if (problem !== undefined) throw new Error(`${path}: ${problem.message}`);
  const visits = [...walk(parsed.program as unknown as AstNode)];
  const [top, layer = '', ...inside] = path.split('/');
  return {
    path,
    text,
    layer: top === 'src' && inside.length > 0 ? layer : '',
    isTest: /\.test\.tsx?$|^e2e\/|\/testing(\.ts$|\/)/.test(path),
    visits,
    comments: parsed.comments.map((comment) => ({ text: comment.value, at: comment.start })),
    imports: visits.flatMap(importOf),
    globals: globalsOf(visits),
  };
}

/** 1-based line of an offset. */
export function lineAt(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < at; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

/** The repository path that a relative specifier means; null for a package. */
export function resolveSpecifier(from: string, specifier: string): string | null {
  const [bare = ''] = specifier.split('?');
  return bare.startsWith('.') ? posix.normalize(posix.join(posix.dirname(from), bare)) : null;
}

export function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && typeof (value as AstNode).type === 'string';
}

/** The name of an identifier node, else null. */
export function nameOf(value: unknown): string | null {
  return isNode(value) && value.type === 'Identifier' ? (value.name as string) : null;
}

function* walk(node: AstNode, parent: AstNode | null = null, key = ''): Generator<Visit> {
  yield { node, parent, key };
  for (const [field, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* walk(child, node, field);
  }
}

function importOf({ node }: Visit): Reference[] {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source === null ? [] : [referenceTo(node.source, node.start)];
    case 'NewExpression': {
      const [target, base] = node.arguments as readonly unknown[];
      const relative = nameOf(node.callee) === 'URL' && isImportMetaUrl(base);
      return relative && isNode(target) && target.type === 'Literal' ? [referenceTo(target, node.start)] : [];
    }
    default:
      return [];
  }
}

function referenceTo(source: unknown, at: number): Reference {
  const value = isNode(source) && source.type === 'Literal' ? source.value : undefined;
  return typeof value === 'string' ? { specifier: value, at, computed: false } : { specifier: '', at, computed: true };
}

function isImportMetaUrl(value: unknown): boolean {
  return (
    isNode(value) &&
    value.type === 'MemberExpression' &&
    nameOf(value.property) === 'url' &&
    isNode(value.object) &&
    value.object.type === 'MetaProperty'
  );
}

/**
 * Scopes are not told apart: a name declared anywhere in the file counts as the file's own everywhere in it. What slips
 * through in the deterministic layers does not compile there, since `tsconfig.pure.json` knows neither DOM nor Node.
 */
function globalsOf(visits: readonly Visit[]): { name: string; at: number }[] {
  const declared = new Set(visits.map(declaredName));
  return visits
    .filter((visit) => visit.node.type === 'Identifier' && !isPlainName(visit))
    .map(({ node }) => ({ name: node.name as string, at: node.start }))
    .filter(({ name }) => !declared.has(name));
}

/** Types of nodes that declare what stands in the named fields. */
const DECLARING: Readonly<Record<string, readonly string[]>> = {
  VariableDeclarator: ['id'],
  FunctionDeclaration: ['id', 'params'],
  FunctionExpression: ['id', 'params'],
  ArrowFunctionExpression: ['params'],
  ClassDeclaration: ['id'],
  ClassExpression: ['id'],
  CatchClause: ['param'],
  ImportSpecifier: ['local'],
  ImportDefaultSpecifier: ['local'],
  ImportNamespaceSpecifier: ['local'],
  TSInterfaceDeclaration: ['id'],
  TSTypeAliasDeclaration: ['id'],
  TSTypeParameter: ['name'],
  TSMappedType: ['key'],
  TSFunctionType: ['params'],
  TSConstructorType: ['params'],
  TSMethodSignature: ['params'],
  TSCallSignatureDeclaration: ['params'],
  TSDeclareFunction: ['id', 'params'],
  TSEmptyBodyFunctionExpression: ['params'],
  TSIndexSignature: ['parameters'],
  ArrayPattern: ['elements'],
  RestElement: ['argument'],
  AssignmentPattern: ['left'],
};

/** The name that this visit declares, else null. */
function declaredName({ node, parent, key }: Visit): string | null {
  if (parent === null) return null;
  // `{ k: a }` declares in a pattern only; in an expression the same node reads.
  if (node.type === 'Property' && parent.type === 'ObjectPattern') return nameOf(node.value);
  const declares = DECLARING[parent.type]?.includes(key) ?? false;
  return declares ? nameOf(node) : null;
}

/** An identifier that names a field, a label or a foreign name instead of reading a variable. */
function isPlainName({ parent, key }: Visit): boolean {
  if (parent === null) return false;
  const computed = parent.computed === true;
  switch (key) {
    case 'property':
      return parent.type === 'MetaProperty' || (parent.type === 'MemberExpression' && !computed);
    case 'key':
      return !computed;
    case 'label':
    case 'imported':
    case 'exported':
    case 'meta':
      return true;
    case 'local':
      return parent.type === 'ExportSpecifier';
    case 'right':
      return parent.type === 'TSQualifiedName';
    case 'qualifier':
      return parent.type === 'TSImportType';
    default:
      return false;
  }
}
