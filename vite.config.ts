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

export default defineConfig({
  base: './',
  plugins: [react(), relaxPolicyInDevelopment(), serviceWorker()],
  resolve: { alias: [liboqsAlias] },
  worker: { format: 'es' },
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
