/** What is to happen, by time and then by the order in which it was scheduled: a binary heap. */

export interface Ordered {
  readonly at: number;
  readonly order: number;
}

export function pushOrdered<E extends Ordered>(heap: E[], event: E): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    const above = heap[parent] as E;
    if (!precedes(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

export function popEarliest<E extends Ordered>(heap: E[]): E | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && precedes(heap[child + 1] as E, heap[child] as E)) child++;
    if (!precedes(heap[child] as E, last)) break;
    heap[at] = heap[child] as E;
    at = child;
  }
  heap[at] = last;
  return first;
}

function precedes(a: Ordered, b: Ordered): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
