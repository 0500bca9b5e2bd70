/**
 * OpenMetrics text exposition (openmetrics.io, version 1.0): families with TYPE, UNIT and HELP, counters that end in `_total`,
 * base units (seconds, bytes), `# EOF`. Prometheus, Grafana and promtool read it.
 */
import { namingOf } from '../../kernel/plan.ts';
import type { Percentiles } from '../api.ts';
import { metricsOf } from '../metrics.ts';
import type { Run } from '../run.ts';
import { checksOf, nodeSummaries } from '../state.ts';
import type { ExportFormat } from './format.ts';

export const openMetrics: ExportFormat = {
  name: 'openmetrics',
  title: 'Metrics, OpenMetrics',
  group: 'metrics',
  opens: 'Prometheus, Grafana Agent and promtool: counters, gauges and latency quantiles in text exposition.',
  extension: 'metrics.txt',
  mediaType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  windowed: false,
  write: (run) => `${familiesOf(run).map(familyText).join('')}# EOF\n`,
};

type Labels = Readonly<Record<string, string>>;

interface Sample {
  /** What follows the family's name: `_total`, `_count`, `_info` or nothing. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

interface Family {
  /** Ends in its unit where it has one. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'summary' | 'info' | 'stateset';
  readonly unit?: 'seconds' | 'bytes';
  readonly help: string;
  readonly samples: readonly Sample[];
}

function familiesOf(run: Run): Family[] {
  return [...aboutRun(run), ...aboutTraffic(run), ...aboutNodes(run)];
}

function aboutRun(run: Run): Family[] {
  const { scenario, status, protocol, executor } = run;
  const metrics = metricsOf(status, protocol.declaration, executor.plan);
  const { protocol: name, mutant } = { protocol: scenario.protocol.name, mutant: scenario.protocol.mutant ?? '' };
  const info = { scenario: scenario.name, protocol: name, mutant, seed: String(scenario.seed) };
  return [
    family('testnet_run', 'info', 'What runs.', [{ suffix: '_info', labels: info, value: 1 }]),
    gauge('testnet_virtual_time_seconds', 'How far the run has got, virtual time.', metrics.timeMs / 1000, 'seconds'),
    gauge('testnet_height', 'The largest height that a correct validator decided.', status.height),
    counter('testnet_blocks', 'Blocks decided.', metrics.blocks),
    counter('testnet_transactions', 'Transfers in decided blocks.', metrics.transactions),
    counter('testnet_view_changes', 'Views entered beyond the first of their height.', metrics.viewChanges),
    quantiles('testnet_block_latency_seconds', 'From proposal to decision.', metrics.blockLatencyMs),
    quantiles('testnet_transaction_latency_seconds', 'From submission to decision.', metrics.transactionLatencyMs),
    family('testnet_health', 'stateset', 'Degraded: a check violated, a fault on, or no blocks.', [
      ...(['healthy', 'degraded'] as const).map((state) => ({
        labels: { testnet_health: state },
        value: metrics.health.status === state ? 1 : 0,
      })),
    ]),
    family('testnet_check_violated', 'gauge', '1 where a check is violated.', [
      ...checksOf(status).map(({ name: check, kind, verdict }) => ({
        labels: { check, kind },
        value: verdict === 'violated' ? 1 : 0,
      })),
    ]),
    family('testnet_faults_active', 'gauge', 'Faults in force.', [{ value: status.active.length }]),
  ];
}

function aboutTraffic({ status, protocol, executor }: Run): Family[] {
  const { messages, dropped, signatures } = metricsOf(status, protocol.declaration, executor.plan);
  const byType = Object.entries(messages);
  return [
    family(
      'testnet_messages_sent',
      'counter',
      'Copies of messages sent, by type.',
      byType.map(([type, { count }]) => ({ suffix: '_total', labels: { type }, value: count })),
    ),
    {
      ...family(
        'testnet_messages_sent_bytes',
        'counter',
        'Bytes on the wire, signatures included, by type.',
        byType.map(([type, { bytes }]) => ({ suffix: '_total', labels: { type }, value: bytes })),
      ),
      unit: 'bytes',
    },
    family(
      'testnet_messages_dropped',
      'counter',
      'Copies that never arrived or were refused, by reason.',
      Object.entries(dropped).map(([reason, count]) => ({ suffix: '_total', labels: { reason }, value: count })),
    ),
    counter('testnet_signatures_made', 'Signatures made.', signatures.made),
    counter('testnet_signatures_verified', 'Signatures verified.', signatures.verified),
    {
      ...counter('testnet_cpu_seconds', 'Virtual CPU time of all nodes for cryptography.', signatures.cpuMs / 1000),
      unit: 'seconds',
    },
  ];
}

function aboutNodes({ status, protocol, executor }: Run): Family[] {
  const nodes = nodeSummaries(status, protocol.declaration, namingOf(executor.plan));
  const validators = nodes.filter(({ kind }) => kind === 'validator');
  const each = (value: (node: (typeof nodes)[number]) => number): Sample[] =>
    validators.map((node) => ({ labels: { node: node.id }, value: value(node) }));
  return [
    family('testnet_node_up', 'gauge', '1 while the validator runs, 0 while it is down.', [
      ...each(({ alive }) => (alive ? 1 : 0)),
    ]),
    family('testnet_node_byzantine', 'gauge', '1 while a Byzantine fault is on.', [
      ...each(({ byzantine }) => (byzantine ? 1 : 0)),
    ]),
    family(
      'testnet_node_height',
      'gauge',
      'The last height it decided.',
      each(({ height }) => height),
    ),
    family(
      'testnet_node_view',
      'gauge',
      'The view, round or term it is in.',
      each(({ view }) => view),
    ),
  ];
}

function family(name: string, type: Family['type'], help: string, samples: readonly Sample[]): Family {
  return { name, type, help, samples };
}

function gauge(name: string, help: string, value: number, unit?: Family['unit']): Family {
  return { ...family(name, 'gauge', help, [{ value }]), ...(unit === undefined ? {} : { unit }) };
}

function counter(name: string, help: string, value: number): Family {
  return family(name, 'counter', help, [{ suffix: '_total', value }]);
}

/** A summary without its sum, which nobody kept: quantiles over the latest decisions, and how many those were. */
function quantiles(name: string, help: string, { count, p50, p95, p99 }: Percentiles): Family {
  const at = [
    ['0.5', p50],
    ['0.95', p95],
    ['0.99', p99],
  ] as const;
  const known = at.flatMap(([quantile, ms]) => (ms === null ? [] : [{ labels: { quantile }, value: ms / 1000 }]));
  return { ...family(name, 'summary', help, [...known, { suffix: '_count', value: count }]), unit: 'seconds' };
}

function familyText({ name, type, unit, help, samples }: Family): string {
  const head = [`# TYPE ${name} ${type}`];
  if (unit !== undefined) head.push(`# UNIT ${name} ${unit}`);
  head.push(`# HELP ${name} ${escaped(help)}`);
  const lines = samples.map(({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelText(labels)} ${value}`);
  return `${[...head, ...lines].join('\n')}\n`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
