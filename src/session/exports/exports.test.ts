import { beforeAll, describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import type { ScenarioInput } from '../../scenario/index.ts';
import type { TestnetSession } from '../testnet.ts';
import { loaded, SCENARIO, toEnd } from '../testing/runs.ts';
import { ArrowBook } from './arrows.ts';
import { EXPORT_FORMATS } from './index.ts';
import { escaped } from './mermaid.ts';
import { type Operation, historyText } from './history.ts';
import { TextSink } from './sink.ts';
import { readChromeTrace } from './testing/chromeReader.ts';
import { readHistory } from './testing/historyReader.ts';
import { readItf } from './testing/itfReader.ts';
import { readMermaid } from './testing/mermaidReader.ts';
import { readOpenMetrics } from './testing/openMetricsReader.ts';
import { readShiviz } from './testing/shivizReader.ts';

/** Loss, duplicates, a cut that holds copies back, a slow node, traitors that corrupt, hold back and are two: all that marks a trace. */
const ROUGH: ScenarioInput = {
  ...SCENARIO,
  name: 'end; <b>"rough"</b>\n%%{init}%% # 1',
  validators: 7,
  network: { latency: { kind: 'uniform', minMs: 10, maxMs: 60 }, loss: 0.03, duplicate: 0.05 },
  faults: [
    {
      kind: 'partition',
      groups: [
        ['v0', 'v1', 'v2'],
        ['v3', 'v4', 'v5', 'v6'],
      ],
      at: 1500,
      until: 3000,
    },
    { kind: 'slow', target: 'v4', factor: 9, at: 2000, until: 5000 },
    { kind: 'crash', target: 'v2', at: 3500, until: 5000 },
    { kind: 'byzantine', target: 'v6', behaviour: 'corrupt', at: 4000, until: 6000 },
    { kind: 'byzantine', target: 'v5', behaviour: 'withhold', at: 500 },
    { kind: 'byzantine', target: 'v6', behaviour: 'twins', at: 6500, until: 8000 },
  ],
};

const runs: { readonly name: string; readonly scenario: ScenarioInput; testnet?: TestnetSession }[] = [
  { name: 'a small testnet', scenario: SCENARIO },
  { name: 'a rough one', scenario: ROUGH },
];

const WINDOWED: readonly (readonly [string, (text: string) => unknown])[] = [
  ['chrome-trace', readChromeTrace],
  ['mermaid', readMermaid],
  ['shiviz', readShiviz],
  ['itf', readItf],
  ['history', readHistory],
  ['trace', readLines],
];

function readLines(text: string): unknown {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

beforeAll(async () => {
  for (const run of runs) {
    run.testnet = await loaded({}, run.scenario);
    await toEnd(run.testnet);
  }
});

describe.each(runs)('of $name', (run) => {
  const exported = (format: string, window = {}) => (run.testnet as TestnetSession).export(format, window);
  const traced = (filter = {}) => (run.testnet as TestnetSession).trace(filter);

  it('Chrome trace: every delivery and timer is a step, every message heard an arrow', async () => {
    const entries = readChromeTrace(await exported('chrome-trace'));
    const steps = entries.filter((entry) => entry.ph === 'X' && (entry as unknown as { cat: string }).cat === 'step');
    const delivered = await traced({ kinds: ['deliver'] });
    const refused = (await traced({ kinds: ['drop'] })).filter((event) => wasOpened(event));
    const ids = new Set(steps.map(({ args }) => args['messageId']).filter((id) => id !== undefined));
    expect(steps.filter(({ args }) => 'messageId' in args)).toHaveLength(delivered.length + refused.length);
    expect(ids).toEqual(new Set([...delivered, ...refused].map((event) => (event as { messageId: string }).messageId)));
    expect(entries.filter(({ ph }) => ph === 's')).toHaveLength(delivered.length + refused.length);
    expect(entries.filter(({ name }) => name.startsWith('decide '))).toHaveLength(
      (await traced({ kinds: ['decide'] })).length,
    );
    const faults = await traced({ kinds: ['fault'] });
    expect(entries.filter(({ ph }) => ph === 'b')).toHaveLength(faults.length);
  });

  it('ShiViz: clocks by its own rules, a delivery knows what its sender knew', async () => {
    const events = readShiviz(await exported('shiviz'));
    const sent = new Map(
      events.filter(({ event }) => event.includes(' send ')).map((e) => [e.event.split(' ').at(-1), e]),
    );
    const received = events.filter(({ event }) => event.includes(' receive '));
    expect(received).toHaveLength((await traced({ kinds: ['deliver'] })).length);
    for (const { event, clock } of received) {
      const [, id] = /(\S+) from \S+$/.exec(event) ?? [];
      for (const [host, count] of Object.entries(sent.get(id)?.clock ?? { nobody: 1 })) {
        expect(clock[host] ?? 0, event).toBeGreaterThanOrEqual(count);
      }
    }
    const messages = new Set(
      (await traced({ kinds: ['send'] })).map((event) => (event as { messageId: string }).messageId),
    );
    expect(sent.size).toBe(messages.size);
  });

  it('ITF: a state for every change, the last one is what the validators show', async () => {
    const { states } = readItf(await exported('itf'));
    const shown = await traced({ kinds: ['state', 'decide'] });
    expect(states).toHaveLength(1 + shown.filter(({ node }) => node.startsWith('v')).length);
    const last = states.at(-1) as Record<string, Map<string, unknown>>;
    const { nodes, decided } = await (run.testnet as TestnetSession).state();
    for (const { id, kind, height, view, role, alive } of nodes) {
      if (kind === 'client') continue;
      expect([last['height']?.get(id), last['epoch']?.get(id), last['role']?.get(id)]).toEqual([height, view, role]);
      expect(last['alive']?.get(id)).toBe(alive);
      const block = decided[id]?.at(-1);
      expect(last['decided']?.get(id)).toMatchObject({ slot: block?.height, digest: block?.hash.slice(0, 16) });
    }
  });

  it('Mermaid: by default the last decision, from its proposal', async () => {
    const { messages, notes } = readMermaid(await exported('mermaid'));
    const decisions = notes.filter(({ text }) => text.startsWith('decides '));
    const { height } = await (run.testnet as TestnetSession).state();
    expect(decisions.some(({ text }) => text.startsWith(`decides ${height}, `))).toBe(true);
    expect(messages.some(({ text, from, to }) => text.startsWith(`PROPOSAL height ${height}`) && from !== to)).toBe(
      true,
    );
  });

  it('Mermaid: a window has its deliveries, losses and faults, and never more than Mermaid draws', async () => {
    const window = { fromMs: 2000, toMs: 2300 };
    const { messages, notes } = readMermaid(await exported('mermaid', window));
    const delivered = await traced({ ...window, kinds: ['deliver'] });
    expect(messages.filter(({ arrow, from, to }) => from !== to && !arrow.endsWith('x'))).toHaveLength(
      delivered.length,
    );
    const lost = (await traced({ ...window, kinds: ['send'] })).filter((event) => 'reason' in event);
    expect(messages.filter(({ arrow }) => arrow === '-x')).toHaveLength(lost.length);
    expect(notes.filter(({ text }) => text.startsWith('fault, '))).toHaveLength(
      (await traced({ ...window, kinds: ['fault'] })).length,
    );
  });

  it('OpenMetrics: says what testnet.metrics() says', async () => {
    const families = readOpenMetrics(await exported('openmetrics'));
    const metrics = await (run.testnet as TestnetSession).metrics();
    const sum = (name: string, type?: string): number =>
      (families.find((family) => family.name === name)?.samples ?? [])
        .filter(({ labels }) => type === undefined || labels['type'] === type)
        .reduce((total, { value }) => total + value, 0);
    expect(sum('testnet_messages_sent')).toBe(metrics.messagesTotal);
    expect(sum('testnet_messages_sent', 'prepare')).toBe(metrics.messages['prepare']?.count);
    expect(sum('testnet_messages_sent_bytes')).toBe(metrics.bytesTotal);
    expect(sum('testnet_virtual_time_seconds')).toBe(metrics.timeMs / 1000);
    expect(sum('testnet_blocks')).toBe(metrics.blocks);
    const about = families.find(({ name }) => name === 'testnet_run')?.samples[0];
    expect(about?.labels['scenario']).toBe(run.scenario.name);
  });

  it('history: one completion for every invocation, by the rules of processes', async () => {
    const entries = readHistory(await exported('history'));
    const invoked = entries.filter(({ type }) => type === 'invoke');
    const submitted = new Set(
      (await traced({ kinds: ['send'], nodes: ['c0'] })).map((event) => (event as { messageId: string }).messageId),
    );
    expect(invoked).toHaveLength(submitted.size);
    expect(entries).toHaveLength(2 * invoked.length);
    const decided = entries.filter(({ type }) => type === 'ok').flatMap(({ value }) => value['transfers'] as unknown[]);
    expect(decided).toHaveLength((await (run.testnet as TestnetSession).metrics()).transactions);
  });

  it.each(WINDOWED)('%s: a window is a part', async (name, read) => {
    const part = await exported(name, { fromMs: 2500, toMs: 4700 });
    expect(part.length).toBeGreaterThan(100);
    if (name !== 'mermaid') expect(part.length).toBeLessThan((await exported(name)).length);
    expect(() => read(part)).not.toThrow();
    // Nothing happened there; what is left is still a file that opens.
    const empty = await exported(name, { fromMs: 9_999_000, toMs: 9_999_001 });
    expect(() => read(empty)).not.toThrow();
    expect(empty.length).toBeLessThan(part.length);
  });
});

const wasOpened = (event: TraceEvent): boolean =>
  event.kind === 'drop' && (event.reason === 'bad-signature' || event.reason === 'malformed');

describe('steps of a CPU', () => {
  it('last as long as the CPU model charges, nine times as long where a node is slow', async () => {
    const slow = { kind: 'slow', target: 'v1', factor: 9, at: 4000, until: 9000 } as const;
    const testnet = await loaded({}, { ...SCENARIO, faults: [slow] });
    await toEnd(testnet);
    const lengths = (node: string, whileSlow: boolean): ReadonlySet<number> => {
      const tid = entries.find(({ ph, args }) => ph === 'M' && args['name'] === node)?.tid;
      const heard = entries.filter((entry) => entry.tid === tid && entry.name.startsWith('PREPARE from v'));
      return new Set(heard.filter(({ ts }) => (ts > 4e6 && ts < 9e6) === whileSlow).map(({ dur }) => dur));
    };
    const entries = readChromeTrace(await testnet.export('chrome-trace'));
    // ML-DSA-65: 200 µs to verify, 700 to sign a COMMIT; 3 µs to hash 3 KiB.
    expect(lengths('v0', true)).toEqual(new Set([203, 903]));
    expect(lengths('v1', false)).toEqual(new Set([203, 903]));
    expect(lengths('v1', true)).toEqual(new Set([9 * 203, 9 * 903]));
    await testnet.close();
  });
});

describe('a window too long for Mermaid', () => {
  it('ends with how much was left out', async () => {
    const whole = (await runs[1]?.testnet?.export('mermaid', { fromMs: 0 })) ?? '';
    expect(readMermaid(whole).notes.at(-1)?.text).toMatch(/^[1-9]\d+ more steps left out/);
    expect(whole.length).toBeGreaterThan(49_000);
  });
});

describe('what was asked for', () => {
  it('is a choice of formats whose readers are all here', () => {
    const windowed = EXPORT_FORMATS.filter((format) => format.windowed).map(({ name }) => name);
    expect(windowed).toEqual(expect.arrayContaining(WINDOWED.map(([name]) => name)));
    for (const { opens, extension, title } of EXPORT_FORMATS) {
      expect([title.length > 0, extension.startsWith('.'), opens.endsWith('.')]).toEqual([true, false, true]);
    }
    expect(new Set(EXPORT_FORMATS.map(({ extension }) => extension)).size).toBe(EXPORT_FORMATS.length);
  });

  it('must be a known format and a window', async () => {
    const testnet = runs[0]?.testnet as TestnetSession;
    await expect(testnet.export('pdf')).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('itf'),
    });
    const bad = [{ fromMs: -1 }, { toMs: Number.NaN }, { fromMs: 5, toMs: 4 }, null, 7, []];
    for (const window of bad) {
      await expect(testnet.export('trace', window as never), JSON.stringify(window)).rejects.toMatchObject({
        code: 'bad-input',
        problems: [expect.anything()],
      });
    }
  });

  it('is refused with advice before it is too long for a string', () => {
    const sink = new TextSink(10);
    sink.add('0123456789');
    expect(() => sink.add('x')).toThrow('shorter window');
  });
});

describe('text in a Mermaid diagram', () => {
  it.each(['a;b', '#35; %%{init}%%', 'the end', 'END', '<b>&"`\\', 'two\nlines'])('%j comes back as it was', (text) => {
    const { messages } = readMermaid(`sequenceDiagram\n  participant v0\n  v0->>v0: ${escaped(text)}\n`);
    expect(messages[0]?.text).toBe(text.replace('\n', ' '));
  });
});

describe('arrows', () => {
  it('tell copies of one message apart by when they arrive', () => {
    const about = { type: 'x', slot: 1, epoch: 0, digest: '', messageId: 'v0#1' };
    const sent = { kind: 'send', node: 'v0', to: 'v1', t: 0, bytes: 1, ...about } as const;
    const heard = { kind: 'deliver', node: 'v1', from: 'v0', ...about } as const;
    const book = new ArrowBook([
      { ...sent, seq: 0, deliverAt: 50 },
      { ...sent, seq: 1, deliverAt: 30, copy: 'duplicate' },
      { ...heard, seq: 2, t: 60, arrivedAt: 30 },
      { ...heard, seq: 3, t: 61, arrivedAt: 50 },
      { ...heard, seq: 4, t: 62, arrivedAt: 20 },
    ]);
    expect([2, 3, 4].map((seq) => book.sendOf(seq))).toEqual([1, 0, null]);
    expect(book.inFlight()).toEqual([
      { at: 0, count: 2 },
      { at: 30_000, count: 1 },
      { at: 50_000, count: 0 },
    ]);
  });
});

describe('processes of a history', () => {
  const operation = (sequence: number, invokedAt: number, decidedAt: number | null): Operation => {
    return { client: 'c0', sequence, invokedAt, decidedAt, height: null, transfers: [], refused: [] };
  };

  it('are reused once free and retired when the outcome is unknown', () => {
    const text = historyText([operation(0, 10, 50), operation(1, 20, null), operation(2, 50, 60)], 100);
    const entries = readHistory(text);
    expect(entries.map(({ type, process, time }) => `${time} ${process} ${type}`)).toEqual([
      '10000 0 invoke',
      '20000 1 invoke',
      '50000 0 ok',
      '50000 0 invoke',
      '60000 0 ok',
      '100000 1 info',
    ]);
  });
});
