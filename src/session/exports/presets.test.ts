/** Whatever the protocol, the fault and the size: every export of every lesson's run is opened by a reader of its format. */
import { describe, expect, it } from 'vitest';
import { presets } from '../../scenario/index.ts';
import { openTestnet } from '../index.ts';
import { readChromeTrace } from './testing/chromeReader.ts';
import { readHistory } from './testing/historyReader.ts';
import { readItf } from './testing/itfReader.ts';
import { readMermaid } from './testing/mermaidReader.ts';
import { readOpenMetrics } from './testing/openMetricsReader.ts';
import { readShiviz } from './testing/shivizReader.ts';

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'chrome-trace': readChromeTrace,
  mermaid: readMermaid,
  shiviz: readShiviz,
  itf: readItf,
  history: readHistory,
  openmetrics: readOpenMetrics,
};

/** Long enough for decisions and first faults; a moment where every state names 64 validators. */
const windowOf = (nodeCount: number) => (nodeCount > 32 ? { fromMs: 900, toMs: 1000 } : { fromMs: 0, toMs: 2500 });

/** Broken variants speak the language of their protocol. */
const correct = presets.filter(({ scenario }) => (scenario.protocol.mutant ?? null) === null);

describe('exports of', () => {
  it.each(correct.map((preset) => [preset.id, preset] as const))('%s', async (_, { scenario }) => {
    const testnet = await openTestnet();
    const { nodes } = await testnet.load({ ...scenario, crypto: { ...scenario.crypto, suite: 'modelled:ml-dsa-65' } });
    await testnet.runUntil({ ms: 3000 }).catch((error: { code: string }) => expect(error.code).toBe('timeout'));
    for (const [format, read] of Object.entries(READERS)) {
      const text = await testnet.export(format, format === 'mermaid' ? {} : windowOf(nodes.length));
      expect(() => read(text), format).not.toThrow();
    }
    await testnet.close();
  });
});
