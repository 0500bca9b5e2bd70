/** The texts that records of a node name by their codes. */
import type { NodeIndex } from '../../core/ids.ts';
import { decodeUtf8 } from './utf8.ts';

interface Text {
  readonly text: string;
  /** The append it came with; −1: known from before this trace began. */
  readonly batch: number;
}

export class TextTable {
  readonly #byNode = new Map<NodeIndex, Text[]>();

  /** '' where there is none. */
  get(node: NodeIndex, code: number): string {
    return this.#byNode.get(node)?.[code]?.text ?? '';
  }

  /** By node, in the order of their codes. */
  all(): ReadonlyMap<NodeIndex, readonly string[]> {
    return new Map([...this.#byNode].map(([node, texts]) => [node, texts.map(({ text }) => text)]));
  }

  /** Reads a text record. */
  learn(node: NodeIndex, words: Uint32Array, at: number, batch: number): void {
    const byteLength = words[at + 2] as number;
    const bytes = new Uint8Array(byteLength);
    for (let i = 0; i < byteLength; i++) bytes[i] = (words[at + 3 + (i >> 2)] as number) >>> (8 * (i & 3));
    const texts = this.#byNode.get(node) ?? [];
    texts[words[at + 1] as number] = { text: decodeUtf8(bytes), batch };
    this.#byNode.set(node, texts);
  }

  /** What a node's recorder knew when this trace began in the middle of a run. */
  seed(node: NodeIndex, texts: readonly string[]): void {
    this.#byNode.set(
      node,
      texts.map((text) => ({ text, batch: -1 })),
    );
  }

  /** Forgets what came with an append after `batch`. */
  cutAfter(batch: number): void {
    for (const [node, texts] of this.#byNode)
      this.#byNode.set(
        node,
        texts.filter((text) => text.batch <= batch),
      );
  }

  clear(): void {
    this.#byNode.clear();
  }
}
