/**
 * How often the diagram is painted. While a run plays, all of it moves on by a few pixels in every frame. Where hundreds of lines
 * do, that costs as much as the network above, which shows the same messages: then every second frame is enough, and both
 * together stay within a frame's time. Whatever a reader does is painted at once.
 */

/** With fewer lines each can be followed by eye. */
export const CALM_FROM_LINES = 400;

export class Pace {
  #painted: readonly unknown[] = [];
  #isHeld = false;

  /**
   * Whether to paint now.
   * @param passing what changes with the time alone
   * @param lasting all else that the picture follows from
   * @param lineCount of the picture that stands
   */
  wants(passing: readonly unknown[], lasting: readonly unknown[], isPlaying: boolean, lineCount: number): boolean {
    const key = [...lasting, ...passing];
    const isSame = (value: unknown, index: number): boolean => value === this.#painted[index];
    if (key.every(isSame)) return false;
    this.#isHeld = !this.#isHeld && isPlaying && lineCount >= CALM_FROM_LINES && lasting.every(isSame);
    if (this.#isHeld) return false;
    this.#painted = key;
    return true;
  }
}
