import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { liboqsAlias } from './scripts/liboqs-alias.mjs';
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
 * What protocols share is one file of a worker, and each protocol another: a worker fetches four files, not twenty, and with 64
 * workers that is most of their start. Libraries that one protocol or engine needs stay with it.
 */
const SHARED_BY_WORKERS = /\/src\/|\/node_modules\/(?:cborg|comlink|@noble\/hashes\/(?:sha3|_u64|utils)\.js)/;

export default defineConfig({
  base: './',
  plugins: [react(), relaxPolicyInDevelopment(), serviceWorker()],
  resolve: { alias: [liboqsAlias] },
  worker: {
    format: 'es',
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'shared', test: SHARED_BY_WORKERS, minShareCount: 2 }] } },
    },
  },
  server: { host: 'localhost', port: 5173, open: false },
  preview: { host: 'localhost', port: 4173, strictPort: true },
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
