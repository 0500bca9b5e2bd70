/** What nodes have done, as it crosses with every answer: number of trace events, then signatures, messages, bytes as numbers in a row. */
import type { HostGroup } from '../../kernel/group.ts';
import { addWork, createWork, packWork, unpackWork, type Work } from '../../kernel/host/work.ts';

export function doneBy(group: HostGroup): Float64Array {
  return Float64Array.of(group.events, ...packWork(group.work()));
}

export function sumOfDone(parts: readonly Float64Array[]): { readonly work: Work; readonly events: number } {
  const work = createWork(0);
  let events = 0;
  for (const part of parts) {
    events += part[0] ?? 0;
    addWork(work, unpackWork(part.subarray(1)));
  }
  return { work, events };
}
