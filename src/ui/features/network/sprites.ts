/** Message marks, drawn once per phase, size and theme, then copied to the overlay: hundreds fit in a frame. */
import type { PhaseRole } from '../../../protocols/protocol.ts';
import { PHASE_ROLES, PHASES, type Shape } from '../../lib/phases.ts';

export interface Palette {
  readonly phases: Readonly<Record<PhaseRole, string>>;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly cut: string;
  readonly lost: string;
}

/** Resolves the colour tokens in force for `element`, `light-dark()` included, to what a canvas understands. */
export function readPalette(element: HTMLElement): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  element.append(probe);
  const resolve = (token: string): string => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const phases = Object.fromEntries(
    PHASE_ROLES.map((role) => [role, resolve(PHASES[role].token)]),
  ) as Palette['phases'];
  const palette = {
    phases,
    ink: resolve('--ink'),
    muted: resolve('--ink-3'),
    line: resolve('--line-strong'),
    surface: resolve('--surface-panel'),
    cut: resolve('--fault-cut'),
    lost: resolve('--verdict-violated'),
  };
  probe.remove();
  return palette;
}

/** Smaller marks, CSS px, have no room for their letter. */
export const LETTERS_FROM = 10;

export type Sprites = Readonly<Record<PhaseRole, HTMLCanvasElement>>;

/** Sprites of `size` CSS px for a screen of `ratio` device px per CSS px. Each canvas is twice as wide as its mark. */
export function makeSprites(palette: Palette, size: number, ratio: number): Sprites {
  return Object.fromEntries(
    PHASE_ROLES.map((role) => [
      role,
      drawSprite(PHASES[role].shape, PHASES[role].letter, palette.phases[role], palette.surface, size, ratio),
    ]),
  ) as Sprites;
}

function drawSprite(
  shape: Shape,
  letter: string,
  colour: string,
  halo: string,
  size: number,
  ratio: number,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(size * 2 * ratio);
  canvas.height = canvas.width;
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  context.scale(ratio, ratio);
  context.translate(size, size);
  context.lineJoin = 'round';
  traceShape(context, shape, size / 2);
  context.strokeStyle = halo;
  context.lineWidth = Math.max(2, size / 5);
  context.stroke();
  context.fillStyle = colour;
  if (shape === 'ring') drawDoubleRing(context, colour, halo, size / 2);
  else context.fill();
  if (letter !== '' && size >= LETTERS_FROM) drawLetter(context, letter, shape === 'ring' ? colour : halo, size, shape);
  return canvas;
}

/** Leaves the outline of a shape of half-size `r` around the origin as the current path. */
export function traceShape(context: CanvasRenderingContext2D, shape: Shape, r: number): void {
  context.beginPath();
  switch (shape) {
    case 'square':
      context.roundRect(-r * 0.9, -r * 0.9, r * 1.8, r * 1.8, r * 0.22);
      break;
    case 'triangle':
      context.moveTo(0, -r * 1.12);
      context.lineTo(r * 1.1, r * 0.86);
      context.lineTo(-r * 1.1, r * 0.86);
      context.closePath();
      break;
    case 'diamond':
      context.moveTo(0, -r * 1.2);
      context.lineTo(r * 1.2, 0);
      context.lineTo(0, r * 1.2);
      context.lineTo(-r * 1.2, 0);
      context.closePath();
      break;
    case 'dash':
      context.roundRect(-r * 0.75, -r * 0.2, r * 1.5, r * 0.4, r * 0.2);
      break;
    case 'padlock':
      context.roundRect(-r * 0.8, -r * 0.3, r * 1.6, r * 1.2, r * 0.2);
      context.moveTo(-r * 0.45, -r * 0.3);
      context.arc(0, -r * 0.4, r * 0.5, Math.PI, 0);
      break;
    default:
      context.arc(0, 0, r, 0, 2 * Math.PI);
  }
}

function drawDoubleRing(context: CanvasRenderingContext2D, colour: string, halo: string, r: number): void {
  context.fillStyle = halo;
  context.fill();
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1.2, r / 6);
  for (const radius of [r * 0.96, r * 0.66]) {
    context.beginPath();
    context.arc(0, 0, radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

function drawLetter(
  context: CanvasRenderingContext2D,
  letter: string,
  colour: string,
  size: number,
  shape: Shape,
): void {
  context.fillStyle = colour;
  context.font = `700 ${Math.round(size * (shape === 'triangle' || shape === 'ring' ? 0.52 : 0.62))}px "Inter Variable", sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(letter, 0, shape === 'triangle' ? size * 0.14 : size * 0.04);
}
