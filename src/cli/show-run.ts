/** A run as people read it on a terminal. */
import { showText } from '../scenario/show.ts';
import { type Scenario, validatorCount } from '../scenario/index.ts';
import type { Metrics, Percentiles } from '../session/api.ts';
import type { RunResult } from './run.ts';

export function runText(scenario: Scenario, executor: string, result: RunResult): string {
  const { seed, fingerprint, timeMs, events, height, checks, metrics, link } = result;
  const { name, mutant } = scenario.protocol;
  const who = `${name}${mutant === null ? '' : ` (mutant ${mutant})`}, ${validatorCount(scenario)} validators`;
  const width = checks.reduce((widest, check) => Math.max(widest, check.name.length), 0);
  return [
    `${showText(scenario.name).slice(1, -1)}: seed ${seed}, ${who}, ${scenario.crypto.suite}, ${executor}`,
    `  fingerprint   ${fingerprint}`,
    `  run           ${seconds(timeMs)} virtual, ${whole(events)} events, height ${whole(height)}`,
    ...metricLines(metrics),
    '  checks',
    ...checks.map(({ name: check, verdict, atMs, detail }) => {
      const when = atMs === null ? '' : ` at ${seconds(atMs)}`;
      return `    ${mark(verdict)} ${check.padEnd(width)}  ${verdict}${when}: ${detail}`;
    }),
    '  decided',
    ...decidedLines(result),
    ...(link === undefined ? [] : [`  shown by      seed ${seed}, ${link}`]),
    '',
  ].join('\n');
}

/** One line, for short sweeps. */
export function runLine({ seed, fingerprint, height, events, checks }: RunResult): string {
  const broken = checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name);
  const verdict = broken.length === 0 ? 'ok' : `VIOLATED ${broken.join(', ')}`;
  return `seed ${seed}  ${fingerprint.slice(0, 16)}…  height ${height}  ${whole(events)} events  ${verdict}\n`;
}

function metricLines(metrics: Metrics): string[] {
  const { blocksPerSecond, transactionsPerSecond, blockLatencyMs, transactionLatencyMs } = metrics;
  const { messagesTotal, bytesTotal, viewChanges, signatures } = metrics;
  const lost = Object.entries(metrics.dropped).filter(([, count]) => count > 0);
  const dropped = lost.map(([reason, count]) => `${reason} ${whole(count)}`).join(', ');
  return [
    `  throughput    ${blocksPerSecond.toFixed(2)} blocks/s, ${transactionsPerSecond.toFixed(1)} transactions/s`,
    `  latency       block ${latency(blockLatencyMs)}; transaction ${latency(transactionLatencyMs)} (p50/p95/p99)`,
    `  network       ${whole(messagesTotal)} copies, ${whole(bytesTotal)} bytes; dropped: ${dropped || 'none'}`,
    `  signatures    ${whole(signatures.made)} made, ${whole(signatures.verified)} verified`,
    `  view changes  ${whole(viewChanges)}`,
  ];
}

function decidedLines({ decided }: RunResult): string[] {
  return Object.entries(decided).map(([node, blocks]) => {
    const last = blocks.at(-1);
    const tip = last === undefined ? '' : `, last ${last.height} ${last.hash.slice(0, 16)}…`;
    return `    ${node}  ${blocks.length} blocks${tip}`;
  });
}

function latency({ p50, p95, p99 }: Percentiles): string {
  const shown = [p50, p95, p99].map((value) => (value === null ? '–' : value.toFixed(0)));
  return `${shown.join('/')} ms`;
}

const MARKS: Readonly<Record<string, string>> = { holds: '✓', pending: '…', violated: '✗' };
const mark = (verdict: string): string => MARKS[verdict] ?? '?';
const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;
const whole = (value: number): string => value.toLocaleString('en-US');
