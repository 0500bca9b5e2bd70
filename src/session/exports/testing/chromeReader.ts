/**
 * Reads a Chrome trace as its viewers do (Trace Event Format, Google 2016; Perfetto's JSON importer): refuses what they drop or
 * draw wrongly. Written against the formats' documents, without the writer's code.
 */
export interface TraceEntry {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly id: number | string;
  readonly args: Readonly<Record<string, unknown>>;
}

const PHASES = new Set(['M', 'X', 'i', 'C', 's', 'f', 'b', 'e']);

/** @throws Error naming the entry that breaks a rule */
export function readChromeTrace(text: string): readonly TraceEntry[] {
  const document = JSON.parse(text) as { displayTimeUnit?: unknown; traceEvents?: unknown };
  if (document.displayTimeUnit !== 'ms' && document.displayTimeUnit !== 'ns') throw new Error('displayTimeUnit');
  if (!Array.isArray(document.traceEvents)) throw new Error('traceEvents is no list');
  const entries = document.traceEvents as TraceEntry[];
  entries.forEach(checkEntry);
  checkNesting(entries);
  checkFlows(entries);
  checkAsync(entries);
  return entries;
}

function checkEntry(entry: TraceEntry, position: number): void {
  const complain = (what: string): never => {
    throw new Error(`traceEvents[${position}] ${JSON.stringify(entry)}: ${what}`);
  };
  if (!PHASES.has(entry.ph)) complain('unknown phase');
  if (typeof entry.name !== 'string' || entry.name === '') complain('no name');
  if (!Number.isInteger(entry.pid) || entry.pid < 1 || !Number.isInteger(entry.tid)) complain('pid or tid');
  if (entry.ph === 'M') return;
  if (!Number.isSafeInteger(entry.ts) || entry.ts < 0) complain('ts is no whole number of µs');
  if (entry.ph === 'X' && !(Number.isSafeInteger(entry.dur) && entry.dur >= 1)) complain('dur');
  if (entry.ph === 'C') {
    const values = Object.values(entry.args);
    if (values.length === 0 || values.some((value) => typeof value !== 'number')) complain('a counter needs numbers');
  }
  if (entry.ph === 'i' && !['g', 'p', 't'].includes((entry as unknown as { s: string }).s)) complain('scope');
}

const trackOf = ({ pid, tid }: TraceEntry): string => `${pid}/${tid}`;

/** Slices of one thread lie side by side or one inside the other, and the outer one is listed first. */
function checkNesting(entries: readonly TraceEntry[]): void {
  const tracks = slicesByTrack(entries);
  for (const [track, slices] of tracks) {
    const sorted = [...slices].sort((a, b) => a.ts - b.ts);
    const open: TraceEntry[] = [];
    for (const slice of sorted) {
      while (open.length > 0 && endOf(open.at(-1) as TraceEntry) <= slice.ts) open.pop();
      const outer = open.at(-1);
      if (outer !== undefined && endOf(slice) > endOf(outer)) {
        throw new Error(`slices of ${track} overlap: ${JSON.stringify(outer)} and ${JSON.stringify(slice)}`);
      }
      open.push(slice);
    }
  }
}

function slicesByTrack(entries: readonly TraceEntry[]): Map<string, TraceEntry[]> {
  const tracks = new Map<string, TraceEntry[]>();
  for (const entry of entries) {
    if (entry.ph !== 'X') continue;
    const slices = tracks.get(trackOf(entry)) ?? [];
    slices.push(entry);
    tracks.set(trackOf(entry), slices);
  }
  return tracks;
}

const endOf = ({ ts, dur }: TraceEntry): number => ts + dur;

/** Every arrow has one start and one end, in this order, each inside a slice of its thread. */
function checkFlows(entries: readonly TraceEntry[]): void {
  const slices = slicesByTrack(entries);
  const ends = new Map(entries.filter(({ ph }) => ph === 'f').map((entry) => [entry.id, entry]));
  const starts = entries.filter(({ ph }) => ph === 's');
  if (new Set(starts.map(({ id }) => id)).size !== starts.length) throw new Error('two arrows share an id');
  for (const start of starts) {
    const end = ends.get(start.id);
    if (end === undefined) throw new Error(`arrow ${start.id} has no end`);
    if (end.ts < start.ts) throw new Error(`arrow ${start.id} ends before it starts`);
    if ((end as unknown as { bp?: string }).bp !== 'e') throw new Error(`arrow ${start.id} binds to the next slice`);
    ends.delete(start.id);
    for (const point of [start, end]) {
      const inside = (slices.get(trackOf(point)) ?? []).some(({ ts, dur }) => ts <= point.ts && point.ts < ts + dur);
      if (!inside) throw new Error(`arrow ${point.id} is bound to no slice at ${point.ts} of ${trackOf(point)}`);
    }
  }
  if (ends.size > 0) throw new Error(`${ends.size} arrows have no start`);
}

function checkAsync(entries: readonly TraceEntry[]): void {
  const open = new Map<number | string, TraceEntry>();
  for (const entry of entries) {
    if (entry.ph === 'b') {
      if (open.has(entry.id)) throw new Error(`span ${entry.id} begins twice`);
      open.set(entry.id, entry);
    } else if (entry.ph === 'e') {
      const begun = open.get(entry.id);
      if (begun === undefined || begun.ts > entry.ts || trackOf(begun) !== trackOf(entry))
        throw new Error(`span ${entry.id} ends without a beginning`);
      open.delete(entry.id);
    }
  }
  if (open.size > 0) throw new Error(`${open.size} spans have no end`);
}
