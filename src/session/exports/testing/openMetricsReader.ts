/** Reads OpenMetrics text exposition by the rules of its specification 1.0. Written without the writer's code. */
export interface MetricFamily {
  readonly name: string;
  type: string;
  unit: string;
  help: string;
  readonly samples: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  summary: ['', '_count', '_sum', '_created'],
  info: ['_info'],
  stateset: [''],
};

/** @throws Error naming the line that breaks a rule */
export function readOpenMetrics(text: string): readonly MetricFamily[] {
  if (!text.endsWith('# EOF\n')) throw new Error('does not end in # EOF');
  if (text.includes('\r')) throw new Error('line breaks are line feeds');
  const families = new Map<string, MetricFamily>();
  let current: MetricFamily | null = null;
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const meta = /^# (TYPE|UNIT|HELP) (\S+) (.*)$/.exec(line);
    if (meta !== null) {
      const [, what = '', name = '', value = ''] = meta;
      if (current?.name !== name) current = newFamily(name, families);
      if (current.samples.length > 0) throw new Error(`${line}: after its samples`);
      current[what.toLowerCase() as 'type' | 'unit' | 'help'] = value;
    } else addSample(line, current);
  }
  for (const family of families.values()) checkFamily(family);
  return [...families.values()];
}

function newFamily(name: string, families: Map<string, MetricFamily>): MetricFamily {
  if (!NAME.test(name)) throw new Error(`${name} is no metric name`);
  if (families.has(name)) throw new Error(`family ${name} is not in one piece`);
  const family: MetricFamily = { name, type: 'unknown', unit: '', help: '', samples: [] };
  families.set(name, family);
  return family;
}

function addSample(line: string, family: MetricFamily | null): void {
  const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (match === null || family === null) throw new Error(`not a sample: ${line}`);
  const [, name = '', labelText = '', valueText = ''] = match;
  if (!name.startsWith(family.name)) throw new Error(`${name} stands in family ${family.name}`);
  const value = Number(valueText);
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(valueText) || !Number.isFinite(value)) throw new Error(`value: ${line}`);
  family.samples.push({ name, labels: readLabels(labelText), value });
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const match = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(rest);
    if (match === null) throw new Error(`labels: ${rest}`);
    const [whole, label = '', value = ''] = match;
    if (label in labels) throw new Error(`label ${label} twice`);
    labels[label] = value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
    rest = rest.slice(whole.length);
  }
  return labels;
}

function checkFamily({ name, type, unit, samples }: MetricFamily): void {
  const suffixes = SUFFIXES[type];
  if (suffixes === undefined) throw new Error(`${name}: type ${type}`);
  if (unit !== '' && !name.endsWith(`_${unit}`)) throw new Error(`${name} does not end in its unit ${unit}`);
  if (type === 'counter' && name.endsWith('_total')) throw new Error(`${name}: _total belongs to the sample`);
  const seen = new Set<string>();
  for (const sample of samples) {
    const suffix = sample.name.slice(name.length);
    if (!suffixes.includes(suffix)) throw new Error(`${sample.name} is no sample of a ${type}`);
    if (type === 'counter' && sample.value < 0) throw new Error(`${sample.name} is negative`);
    if (type === 'stateset' && !(name in sample.labels)) throw new Error(`${name} needs a label of its own name`);
    if (type === 'info' && sample.value !== 1) throw new Error(`${name} is not 1`);
    const key = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (seen.has(key)) throw new Error(`${key} twice`);
    seen.add(key);
  }
}
