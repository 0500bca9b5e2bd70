/** What the project's pages say of the project: links, commands and names that can be looked up. */
import { posix } from 'node:path';

/** What there is to refer to. */
export interface Known {
  /** Paths of all files, from the repository's root. */
  readonly files: ReadonlySet<string>;
  /** Scripts of package.json. */
  readonly scripts: ReadonlySet<string>;
  /** Ids that `npm run sim` takes, by the words before them: presets, comparisons. */
  readonly ids: Readonly<Record<'sim' | 'compare', ReadonlySet<string>>>;
  /** A page's text. */
  read(path: string): string;
}

/** Where a page says what is not so: `line: what`. */
export function staleIn(path: string, text: string, known: Known): string[] {
  const found: string[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const stale = [...linksIn(line, path, known), ...commandsIn(line, known), ...filesIn(line, path, known)];
    found.push(...stale.map((what) => `${i + 1}: ${what}`));
  }
  return found;
}

function linksIn(line: string, path: string, known: Known): string[] {
  const targets = [...line.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !leads(target, path, known)).map((target) => `no such link: ${target}`);
}

function leads(target: string, path: string, known: Known): boolean {
  if (/^[a-z]+:/.test(target)) return true;
  const [page = '', anchor] = target.split('#');
  const file = page === '' ? path : posix.join(posix.dirname(path), page);
  if (!exists(file, known)) return false;
  return anchor === undefined || !file.endsWith('.md') || headings(known.read(file)).has(anchor);
}

/** The anchors of a page, as code hosts make them of its headings. */
function headings(text: string): Set<string> {
  const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .trim()
        .replace(/\s+/g, '-'),
    ),
  );
}

function commandsIn(line: string, known: Known): string[] {
  const stale: string[] = [];
  for (const [, script = '', rest = ''] of line.matchAll(/npm run ([a-z][\w:-]*)((?: -- [^`#|]*)?)/g)) {
    if (!known.scripts.has(script)) stale.push(`no such script: ${script}`);
    const [, compared, id] = /^ -- (compare )?([a-z][a-z0-9-]*)(?=\s|$)/.exec(script === 'sim' ? rest : '') ?? [];
    if (id === undefined || id === 'explore' || id === 'compare') continue;
    const [kind, others] = compared === undefined ? (['sim', []] as const) : (['compare', [known.ids.sim]] as const);
    if (!known.ids[kind].has(id) && !others.some((ids) => ids.has(id))) stale.push(`nothing to ${kind}: ${id}`);
  }
  return stale;
}

/** Source files in code spans, from the page's folder, `src/`, `src/protocols/`, or by the end of their paths. */
function filesIn(line: string, path: string, known: Known): string[] {
  const named = [...line.matchAll(/`((?:[\w-]+\/)*[\w.-]+\.(?:ts|tsx|mjs|css))`/g)].map(([, name = '']) => name);
  const isThere = (name: string): boolean =>
    exists(posix.join(posix.dirname(path), name), known) ||
    [...known.files].some((file) => `/${file}`.endsWith(`/${name}`));
  return named.filter((name) => !isThere(name)).map((name) => `no such file: ${name}`);
}

function exists(path: string, { files }: Known): boolean {
  const folder = path.replace(/\/$/, '');
  return files.has(folder) || [...files].some((file) => file.startsWith(`${folder}/`));
}
