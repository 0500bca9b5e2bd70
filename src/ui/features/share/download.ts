/** Saving what was made as a file of the reader's. */

/** Hands the file to the browser, which asks or saves as it was told to. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the data by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A file name from the scenario's name, what it holds and when: `crash-the-primary-12430ms.trace.json`. */
export function fileName(scenarioName: string, atMs: number, extension: string): string {
  const words = scenarioName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${words === '' ? 'testnet' : words}-${Math.round(atMs)}ms.${extension}`;
}

/** Whether the text reached the clipboard; a browser may refuse. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
