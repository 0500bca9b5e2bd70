// @ts-check
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../node_modules/@openforge-sh/liboqs/dist/', import.meta.url));
const NAMED = /^@openforge-sh\/liboqs\/dist\/([\w-]+)\.(min\.js|wasm)$/;
const SPLIT = /\.min\.js\?(code|binary)$/;
/** What only Node needs: a bundler for browsers would put a file in its place, and what that needs in every worker's way. */
const NODE_IMPORT = 'await import("module")';
const NODE_BUILTIN = 'globalThis.process.getBuiltinModule("module")';
/** The one long text in such a file: its WebAssembly, base64. */
const BINARY = /"([A-Za-z0-9+/]{10000,}={0,2})"/g;

/**
 * liboqs does not export its single-algorithm files and loads them by a computed name that no bundler follows, while its
 * index would pull in 55 MB. This lets one file be named, as two modules: `@openforge-sh/liboqs/dist/<algorithm>.min.js` is its
 * code, `….wasm` the text of its WebAssembly. The code alone opens with `instantiateWasm`, which every thread but one can do
 * with a module that was compiled there.
 * @returns {import('vite').Plugin}
 */
export function liboqsFiles() {
  return {
    name: 'liboqs-files',
    enforce: 'pre',
    resolveId(specifier) {
      const [, algorithm, ending] = NAMED.exec(specifier) ?? [];
      // Beside the file as it is: its code asks for its own address.
      return algorithm === undefined ? null : `${FOLDER}${algorithm}.min.js?${ending === 'wasm' ? 'binary' : 'code'}`;
    },
    load(id) {
      const [query, part] = SPLIT.exec(id) ?? [];
      if (query === undefined) return null;
      const { code, binary } = splitFile(readFileSync(id.slice(0, id.indexOf('?')), 'utf8'), id);
      return { code: part === 'binary' ? `export default ${JSON.stringify(binary)};\n` : code, map: null };
    },
  };
}

/**
 * @param {string} source @param {string} name for errors
 * @returns {{ code: string, binary: string }} the file without its WebAssembly, and that, base64
 * @throws {Error} where there is not exactly one such text, or the file asks Node for modules in another way
 */
export function splitFile(source, name) {
  const found = [...source.matchAll(BINARY)];
  const [, binary = ''] = found[0] ?? [];
  if (found.length !== 1) throw new Error(`${name}: found ${found.length} WebAssembly binaries, expected 1`);
  if (source.split(NODE_IMPORT).length !== 2) throw new Error(`${name}: expected to find ${NODE_IMPORT} once`);
  return { code: source.replace(binary, '').replace(NODE_IMPORT, NODE_BUILTIN), binary };
}
