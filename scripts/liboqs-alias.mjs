// @ts-check
import { fileURLToPath } from 'node:url';

/**
 * liboqs does not export its single-algorithm files and loads them by a computed name that no bundler follows, while
 * its index would pull in 55 MB. This lets `@openforge-sh/liboqs/dist/<algorithm>.min.js` name one file directly.
 */
export const liboqsAlias = {
  find: /^@openforge-sh\/liboqs\/dist\/(.+)$/,
  replacement: fileURLToPath(new URL('../node_modules/@openforge-sh/liboqs/dist/$1', import.meta.url)),
};
