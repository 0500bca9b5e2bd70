import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendAudit, createAuditLog, exportAudit } from '../../sharding/audit/log.ts';
import { runCheck } from './commands.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const log = createAuditLog('shards', 'v2');
for (let i = 0; i < 5; i++) appendAudit(log, i, 'vote', { transaction: `t${i}`, yes: true });

async function run(content: string, ...args: string[]) {
  const path = join(folder, 'audit.json');
  writeFileSync(path, content);
  const said = { out: '', err: '' };
  const io = {
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
  };
  return { code: await runCheck(['audit', path, ...args], io), ...said };
}

describe('check audit', () => {
  it('passes an intact log, also against its noted head', async () => {
    const expected = {
      code: 0,
      err: '',
      out: `{"node":"v2","verdict":"intact","entryCount":5,"head":"${log.head}"}\n`,
    };
    expect(await run(exportAudit(log))).toEqual(expected);
    expect(await run(exportAudit(log), '--head', log.head)).toEqual(expected);
  });

  it('names the first entry that was tampered with', async () => {
    const { code, out } = await run(exportAudit(log).replace('"t3"', '"t9"'));
    expect([code, JSON.parse(out)]).toMatchObject([1, { node: 'v2', verdict: 'tampered', index: 3 }]);
  });

  it('judges every log of a list, or the one that is named', async () => {
    const other = createAuditLog('shards', 'v3');
    appendAudit(other, 0, 'vote', null);
    const both = `[${exportAudit(log).replace('"t3"', '"t9"')},${exportAudit(other)}]`;
    const all = await run(both);
    expect(
      all.out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { verdict: string }).verdict),
    ).toEqual(['tampered', 'intact']);
    expect(all.code).toBe(1);
    expect(await run(both, '--node', 'v3', '--head', other.head)).toMatchObject({ code: 0 });
    expect(await run(both, '--head', other.head)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--node with it'),
    });
    expect(await run(both, '--node', 'v9')).toMatchObject({
      code: 2,
      err: '--node: found "v9", expected one of v2, v3\n',
    });
    expect(await run('[]')).toMatchObject({
      code: 2,
      err: '--node: found no log, expected a file with at least one log\n',
    });
  });

  it.each([
    ['[{}]', [], '[0].format: found nothing, expected "testnet-audit/1"'],
    ['{', [], 'expected a JSON document'],
    ['{}', [], 'format: found nothing, expected "testnet-audit/1"'],
    [exportAudit(log), ['--head', 'abc'], '--head: found "abc", expected 64 lower-case hex digits'],
    [exportAudit(log), ['--tail'], 'arguments of audit: found'],
  ])('refuses bad input in one line: %#', async (content, args, expected) => {
    const { code, out, err } = await run(content, ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(expected);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
