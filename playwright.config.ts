import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig, devices, type Project } from '@playwright/test';
import { chromiumFlags, findChromium } from './scripts/chromium.mjs';

/** The built page is served on this port for the tests; `npm test` chooses a free one. */
const port = Number(process.env.E2E_PORT ?? 4317);
const inCi = process.env.CI !== undefined;
/** The build under test; another folder lets two people test at once. */
const dist = resolve(import.meta.dirname, process.env.E2E_DIST ?? 'dist');
const chromium = findChromium();

if (!existsSync(join(dist, 'index.html'))) {
  throw new Error('the tests drive the built page, and there is none: `npm run build` first, or `npm run test:e2e`');
}

/** The pictures were taken by Chromium on Linux: other engines and systems draw letters, lines and shades differently. */
const PICTURES = '**/visual.spec.ts';
/** Only Chromium says what a page holds in memory. */
const CHROMIUM_ONLY = [PICTURES, '**/long-run.spec.ts'];

/** Chromium always; others when `E2E_BROWSERS` lists them ("firefox,webkit") and Playwright has installed them. */
const projects: Record<string, Project> = {
  chromium: {
    testIgnore: process.platform === 'linux' ? [] : PICTURES,
    use: {
      ...devices['Desktop Chrome'],
      viewport: { width: 1440, height: 900 },
      launchOptions: { args: chromiumFlags, ...(chromium === null ? {} : { executablePath: chromium.path }) },
    },
  },
  firefox: { testIgnore: CHROMIUM_ONLY, use: { ...devices['Desktop Firefox'] } },
  webkit: { testIgnore: CHROMIUM_ONLY, use: { ...devices['Desktop Safari'] } },
};
const wanted = ['chromium', ...(process.env.E2E_BROWSERS ?? '').split(/[,\s]+/).filter((name) => name !== '')];
const unknown = wanted.filter((name) => !Object.hasOwn(projects, name));
if (unknown.length > 0) {
  throw new Error(`E2E_BROWSERS names ${unknown.join(', ')}; there are ${Object.keys(projects).join(', ')}`);
}

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // One set of pictures, for the one engine and system that takes them (see visual.spec.ts).
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  forbidOnly: inCi,
  // A retry would hide what must never happen: a run that differs from itself.
  retries: 0,
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.E2E_RESULTS ?? 'test-results/results.json' }],
    ...(inCi ? ([['html', { open: 'never' }]] as const) : []),
  ],
  use: {
    baseURL: `http://localhost:${port}/`,
    // Recording makes some tests three times slower, and a failure repeats: look at it with E2E_TRACE=1.
    trace: process.env.E2E_TRACE === undefined ? 'off' : 'retain-on-failure',
    screenshot: 'only-on-failure',
    // A copy kept for offline use would answer instead of the build under test; the tests about it allow it.
    serviceWorkers: 'block',
  },
  projects: Object.entries(projects)
    .filter(([name]) => wanted.includes(name))
    .map(([name, project]) => ({ name, ...project })),
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --port ${port} --strictPort --outDir ${JSON.stringify(dist)}`,
    url: `http://localhost:${port}/`,
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
