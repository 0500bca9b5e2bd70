/** `1 block`, `3 blocks`: counts in what checks say of themselves. */
export function counted(count: number, singular: string, many = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : many}`;
}
