/** Palette and marks in force for the network's canvases; made anew when theme, size or screen change. */
import { makeSprites, type Palette, readPalette, type Sprites } from './sprites.ts';

export class Pens {
  /** Changes when the system's colour scheme or the fonts do. */
  version = 0;
  readonly #element: HTMLElement;
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
  readonly #onChange = () => {
    this.version++;
  };
  #key = '';
  #palette: Palette | null = null;
  /** By size, CSS px: marks are drawn in their own size, for scaling costs as much again. */
  #sprites = new Map<number, Sprites>();

  constructor(element: HTMLElement) {
    this.#element = element.parentElement ?? element;
    this.#scheme.addEventListener('change', this.#onChange);
    // Letters are drawn with the bundled font once it is there.
    void document.fonts?.ready.then(this.#onChange);
  }

  get(theme: string, ratio: number): { readonly palette: Palette; readonly sprites: (size: number) => Sprites } {
    const key = `${theme} ${ratio} ${this.version}`;
    if (key !== this.#key || this.#palette === null) {
      this.#key = key;
      this.#palette = readPalette(this.#element);
      this.#sprites = new Map();
    }
    const [palette, known] = [this.#palette, this.#sprites];
    const sprites = (size: number): Sprites => {
      let made = known.get(size);
      if (made === undefined) {
        made = makeSprites(palette, size, ratio);
        known.set(size, made);
      }
      return made;
    };
    return { palette, sprites };
  }

  close(): void {
    this.#scheme.removeEventListener('change', this.#onChange);
  }
}
