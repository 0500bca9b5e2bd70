/**
 * Reads a ShiViz log with its own expression and checks its clocks: a host's own entry counts its events from 1, no entry ever
 * falls, and no host knows more of another than that one has done. Written without the writer's code.
 */
export interface ShivizEvent {
  readonly event: string;
  readonly host: string;
  readonly clock: Readonly<Record<string, number>>;
}

/** @throws Error naming the event that breaks a rule */
export function readShiviz(text: string): readonly ShivizEvent[] {
  const lines = text.split('\n');
  const [pattern = '', delimiter = ''] = lines;
  if (delimiter !== '') throw new Error('the second line, for several runs, is not empty');
  const log = lines.slice(2).join('\n');
  const expression = new RegExp(pattern, 'g');
  for (const name of ['event', 'host', 'clock']) if (!pattern.includes(`(?<${name}>`)) throw new Error(`no ${name}`);
  const events: ShivizEvent[] = [];
  let end = 0;
  for (const match of log.matchAll(expression)) {
    if (log.slice(end, match.index).trim() !== '')
      throw new Error(`text between events: ${log.slice(end, match.index)}`);
    end = match.index + match[0].length;
    const { event = '', host = '', clock = '' } = match.groups ?? {};
    events.push({ event, host, clock: JSON.parse(clock) as Record<string, number> });
  }
  if (log.slice(end).trim() !== '') throw new Error('text after the last event');
  checkClocks(events);
  return events;
}

function checkClocks(events: readonly ShivizEvent[]): void {
  const now = new Map<string, Readonly<Record<string, number>>>();
  for (const { event, host, clock } of events) {
    const before = now.get(host) ?? {};
    const complain = (what: string): never => {
      throw new Error(`${host} ${JSON.stringify(clock)} at ${event}: ${what}`);
    };
    if (clock[host] !== (before[host] ?? 0) + 1) complain(`its own entry follows ${before[host] ?? 0}`);
    for (const [other, count] of Object.entries(before)) {
      if ((clock[other] ?? 0) < count) complain(`it forgot of ${other}`);
    }
    for (const [other, count] of Object.entries(clock)) {
      if (!Number.isInteger(count) || count < 1) complain('an entry is no count');
      if (other !== host && count > (now.get(other)?.[other] ?? 0)) complain(`it knows of ${other}'s future`);
    }
    now.set(host, clock);
  }
}
