/** Colours in force, resolved for the canvas; read anew when the theme or the system's scheme changes. */
import type { PhaseRole } from '../../../protocols/protocol.ts';
import { PHASE_ROLES, PHASES } from '../../lib/phases.ts';

const TOKENS = {
  ink: '--ink',
  ink2: '--ink-2',
  ink3: '--ink-3',
  inverse: '--ink-inverse',
  line: '--line',
  lineStrong: '--line-strong',
  surface: '--surface-panel',
  sunken: '--surface-sunken',
  leader: '--role-leader',
  crash: '--fault-crash',
  byzantine: '--fault-byzantine',
  cut: '--fault-cut',
  violated: '--verdict-violated',
  focus: '--focus',
} as const;

export type Palette = Readonly<Record<keyof typeof TOKENS, string>> & {
  readonly phases: Readonly<Record<PhaseRole, string>>;
};

export class Pens {
  /** Changes when the system's colour scheme or the fonts do. */
  version = 0;
  readonly #element: HTMLElement;
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
  readonly #changed = () => {
    this.version++;
  };
  #key = '';
  #palette: Palette | null = null;

  constructor(element: HTMLElement) {
    this.#element = element;
    this.#scheme.addEventListener('change', this.#changed);
    void document.fonts?.ready.then(this.#changed);
  }

  get(theme: string): Palette {
    const key = `${theme} ${this.version}`;
    if (key !== this.#key || this.#palette === null) {
      this.#key = key;
      this.#palette = readPalette(this.#element);
    }
    return this.#palette;
  }

  close(): void {
    this.#scheme.removeEventListener('change', this.#changed);
  }
}

function readPalette(element: HTMLElement): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  element.append(probe);
  const resolve = (token: string): string => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const named = Object.entries(TOKENS).map(([name, token]) => [name, resolve(token)]);
  const phases = PHASE_ROLES.map((role) => [role, resolve(PHASES[role].token)]);
  probe.remove();
  return { ...Object.fromEntries(named), phases: Object.fromEntries(phases) } as Palette;
}
