/** Reads an operation history by Jepsen's rules. Written without the writer's code. */
export interface HistoryEntry {
  readonly index: number;
  readonly time: number;
  readonly process: number;
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  readonly f: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** @throws Error naming the line that breaks a rule */
export function readHistory(text: string): readonly HistoryEntry[] {
  const entries = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as HistoryEntry);
  const open = new Map<number, HistoryEntry>();
  const retired = new Set<number>();
  let before = 0;
  entries.forEach((entry, index) => {
    const complain = (what: string): never => {
      throw new Error(`line ${index + 1} ${JSON.stringify(entry)}: ${what}`);
    };
    if (entry.index !== index) complain('index');
    if (!Number.isSafeInteger(entry.time) || entry.time < before) complain('time goes back');
    before = entry.time;
    if (retired.has(entry.process)) complain('a process whose last operation is unknown goes on');
    const invoked = open.get(entry.process);
    if (entry.type === 'invoke') {
      if (invoked !== undefined) complain('its process has an operation already');
      open.set(entry.process, entry);
      return;
    }
    if (!['ok', 'fail', 'info'].includes(entry.type)) complain('type');
    if (invoked === undefined || invoked.f !== entry.f) complain('completes nothing');
    open.delete(entry.process);
    if (entry.type === 'info') retired.add(entry.process);
  });
  return entries;
}
