import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { liboqsFiles } from './scripts/liboqs-files.mjs';
import { serviceWorker } from './scripts/pwa/plugin.mjs';

/** The development server injects inline scripts and styles and listens on a web socket; the built page does none of it. */
function relaxPolicyInDevelopment(): Plugin {
  return {
    name: 'relax-policy-in-development',
    apply: 'serve',
    transformIndexHtml: {
      order: 'post',
      handler: (html) =>
        html
          .replace(/script-src 'self'/, "script-src 'self' 'unsafe-inline'")
          .replace(/style-src 'self'(?! 'unsafe-inline')/, "style-src 'self' 'unsafe-inline'")
          .replace(/connect-src 'self'/, "connect-src 'self' ws: wss:"),
    },
  };
}

/**
 * A script is kept in memory as text for as long as it may run, by every worker: with one sign that is not of Latin-1 in it, two
 * bytes a letter. Such signs only stand in texts, where they may be written in ASCII. Positions in a source map are
 * those before, off by the letters that this takes.
 */
function oneByteScripts(): Plugin {
  const inAscii = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return {
    name: 'one-byte-scripts',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') file.code = file.code.replace(/[\u0100-\uffff]/g, inAscii);
      }
    },
  };
}

/**
 * What protocols share is one file of a worker that loads one of them when it knows which: the conductor fetches three files, not
 * twenty. Libraries that one protocol or engine needs stay with it. A worker that hosts nodes has its protocol in its own file.
 */
function oneFileOfWhatIsShared(): Plugin {
  const shared = /\/src\/|\/node_modules\/(?:cborg|comlink|@noble\/hashes\/(?:sha3|_u64|utils)\.js)/;
  let hostsNodes = false;
  return {
    name: 'one-file-of-what-is-shared',
    options: ({ input }) => {
      hostsNodes = JSON.stringify(input).includes('/app/nodes/');
    },
    outputOptions: (options) =>
      hostsNodes
        ? null
        : { ...options, codeSplitting: { groups: [{ name: 'shared', test: shared, minShareCount: 2 }] } },
  };
}

export default defineConfig({
  base: './',
  plugins: [react(), liboqsFiles(), relaxPolicyInDevelopment(), serviceWorker()],
  worker: {
    format: 'es',
    plugins: () => [liboqsFiles(), oneFileOfWhatIsShared(), oneByteScripts()],
    // Meant so: a worker that hosts nodes has in its own file what others load on demand.
    rolldownOptions: { checks: { ineffectiveDynamicImport: false } },
  },
  server: { host: 'localhost', port: 5173, open: false },
  preview: { host: 'localhost', port: 4173 },
  optimizeDeps: { exclude: ['@openforge-sh/liboqs'] },
  build: {
    target: 'es2023',
    sourcemap: true,
    // A data: URL would need a wider content security policy than the page has.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One algorithm of liboqs is about 130 kB of base64 WebAssembly, loaded on demand.
    chunkSizeWarningLimit: 700,
  },
});
