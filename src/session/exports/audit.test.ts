import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAudits, verifyAudit } from '../../sharding/audit/verify.ts';
import { openTestnet } from '../index.ts';

let testnet: Awaited<ReturnType<typeof openTestnet>>;

beforeAll(async () => {
  testnet = await openTestnet();
  await testnet.load({
    seed: 3,
    protocol: { name: 'svbft' },
    crypto: { suite: 'modelled:ml-dsa-65' },
    stop: { height: 3 },
  });
  await testnet.runUntil({ height: 3 });
});
afterAll(() => testnet.close());

const logsOf = async (options = {}) => {
  const read = readAudits(JSON.parse(await testnet.export('audit', options)));
  if ('problem' in read) throw new Error(JSON.stringify(read.problem));
  return read.logs;
};

describe('the audit export', () => {
  it('holds an intact log of every node, with what it said, heard and decided', async () => {
    const logs = await logsOf();
    expect(logs.map(({ node }) => node)).toEqual(['v0', 'v1', 'v2', 'v3', 'c0']);
    for (const log of logs) {
      expect(verifyAudit(log).verdict).toBe('intact');
      const heard = await testnet.trace({ nodes: [log.node], kinds: ['deliver'] });
      expect(log.entries.filter(({ kind }) => kind === 'deliver')).toHaveLength(heard.length);
      const messages = new Set(
        (await testnet.trace({ nodes: [log.node], kinds: ['send'] })).map(
          (event) => 'messageId' in event && event.messageId,
        ),
      );
      expect(log.entries.filter(({ kind }) => kind === 'send')).toHaveLength(messages.size);
    }
    expect(logs[1]?.entries.some(({ kind }) => kind === 'decide')).toBe(true);
  });

  it('is the same for the same run, and shows one changed message', async () => {
    const [one, again] = [await testnet.export('audit'), await testnet.export('audit')];
    expect(again).toBe(one);
    const [, log] = await logsOf();
    const at = log?.entries.findIndex(({ kind }) => kind === 'decide') ?? -1;
    const entries = (log?.entries ?? []).map((entry, i) => (i === at ? { ...entry, detail: { slot: 99 } } : entry));
    expect(verifyAudit({ ...log!, entries })).toMatchObject({ verdict: 'tampered', index: at });
  });

  it('keeps to its window', async () => {
    const [all, part] = [await logsOf(), await logsOf({ toMs: 1000 })];
    const count = (logs: typeof all) => logs.reduce((sum, { entries }) => sum + entries.length, 0);
    expect(count(part)).toBeGreaterThan(0);
    expect(count(part)).toBeLessThan(count(all));
  });
});
