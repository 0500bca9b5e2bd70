/** So many items, each made by a call; `Array.from` takes ten times as long for a short list. */
export function listOf<T>(length: number, make: () => T): T[] {
  const list: T[] = [];
  for (let i = 0; i < length; i++) list.push(make());
  return list;
}
