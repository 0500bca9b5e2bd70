/** What must be true of the built page wherever it is put, before anything is said about testnets. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';
import { complaintsOf } from './complaints.ts';
import { expect, test } from './fixtures.ts';
import { remoteTestnet, testnetReady } from './remote.ts';

const dist = resolve(import.meta.dirname, '..', process.env.E2E_DIST ?? 'dist');
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

/** Serves the build below `prefix` and nothing else; resolves to the page's address. */
async function serveBelow(prefix: string): Promise<{ server: Server; address: string }> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = normalize(pathname.slice(prefix.length) || 'index.html');
    try {
      if (!pathname.startsWith(prefix) || name.startsWith('..')) throw new Error('outside');
      const body = await readFile(join(dist, name));
      response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return { server, address: `http://localhost:${port}${prefix}` };
}

test('the page runs a testnet without a complaint from the browser or its own policy', async ({ page }) => {
  const complaints = await complaintsOf(page);
  await page.goto('./');
  await testnetReady(page);
  await expect(remoteTestnet(page)).toReachHeight(1, { maxMs: 60_000 });
  expect(complaints).toEqual([]);
});

test('the page allows no script that is not its own', async ({ page }) => {
  const complaints = await complaintsOf(page);
  await page.goto('./');
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.intruded = true';
    document.body.append(script);
  });
  expect(await page.evaluate(() => 'intruded' in globalThis)).toBe(false);
  await expect.poll(() => complaints.filter((text) => text.startsWith('policy: script-src')).length).toBe(1);
});

test('the build works below any path', async ({ page }) => {
  const complaints = await complaintsOf(page);
  const { server, address } = await serveBelow('/some/where/');
  try {
    await page.goto(address);
    await testnetReady(page);
    await expect(remoteTestnet(page)).toReachHeight(1, { maxMs: 60_000 });
    expect(complaints).toEqual([]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
