import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, 'chromium.mjs');
const asRoot = process.getuid?.() === 0;
let folder: string;

function executable(name: string, text = 'exit 0'): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Prints what the expression gives, in a process that can find nothing but what lies in `folder`. */
function evaluate(expression: string, more: Record<string, string> = {}) {
  const code = `import { findChromium, ensureChromium } from ${JSON.stringify(script)};
    try { console.log(JSON.stringify(${expression})); } catch (error) { console.log(error.message); }`;
  const env = { PATH: folder, PLAYWRIGHT_BROWSERS_PATH: join(folder, 'none'), ...more };
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { env, encoding: 'utf8' });
  return stdout.trim().split('\n');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chromium-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(process.platform === 'linux')('Chromium', () => {
  it('is the one that CHROMIUM_PATH names, before any other', () => {
    executable('chromium');
    const path = executable('mine');
    expect(evaluate('findChromium()', { CHROMIUM_PATH: path })).toEqual([
      JSON.stringify({ path, source: 'CHROMIUM_PATH' }),
    ]);
  });

  it('is not silently another one when CHROMIUM_PATH is wrong', () => {
    executable('chromium');
    const [message] = evaluate('findChromium()', { CHROMIUM_PATH: join(folder, 'absent') });
    expect(message).toContain('is no executable file');
  });

  it('is found on the system under its several names', () => {
    const path = executable('google-chrome');
    expect(evaluate('findChromium().path')).toEqual([JSON.stringify(path)]);
  });

  it('is null where there is none', () => {
    expect(evaluate('findChromium()')).toEqual(['null']);
  });

  it("is installed with Playwright's download, and that is said", () => {
    executable('npx', `echo "npx $*"; printf '#!/bin/sh\\n' > ${folder}/chromium; /bin/chmod 755 ${folder}/chromium`);
    const lines = evaluate('ensureChromium((line) => console.log(line)).path');
    expect(lines[0]).toContain('No Chromium found');
    expect(lines).toContain('npx playwright install chromium');
    expect(lines.at(-1)).toBe(JSON.stringify(join(folder, 'chromium')));
  });

  it.runIf(asRoot)('is installed with the package manager when the download fails', () => {
    executable('npx', 'exit 1');
    executable(
      'apt-get',
      `echo "apt-get $*"; printf '#!/bin/sh\\n' > ${folder}/chromium; /bin/chmod 755 ${folder}/chromium`,
    );
    const lines = evaluate('ensureChromium((line) => console.log(line)).path');
    expect(lines).toContain('apt-get update');
    expect(lines).toContain('apt-get install -y --no-install-recommends chromium');
    expect(lines.at(-1)).toBe(JSON.stringify(join(folder, 'chromium')));
  });

  it('is missed in plain words when nothing helps', () => {
    expect(evaluate('ensureChromium(() => undefined)').at(-1)).toContain('or set CHROMIUM_PATH');
  });
});
