/** Marks of messages as vectors: the shapes and letters of the page. */
import type { PhaseRole } from '../../../../protocols/protocol.ts';
import type { Colours } from '../../../lib/colours.ts';
import { PHASES, type Shape } from '../../../lib/phases.ts';
import { tag } from './xml.ts';

/** The mark of a phase around the origin, `size` px high. */
export function mark(phase: PhaseRole, size: number, colours: Colours): string {
  const { shape, token, letter } = PHASES[phase];
  const colour = colours[token] ?? 'grey';
  const halo = colours['--surface-panel'] ?? 'white';
  const r = size / 2;
  const ink = shape === 'ring' ? colour : (colours['--ink-inverse'] ?? 'white');
  return `${outline(shape, r, colour, halo)}${size >= 10 && letter !== '' ? letterMark(letter, shape, size, ink) : ''}`;
}

function outline(shape: Shape, r: number, colour: string, halo: string): string {
  const edge = { stroke: halo, 'stroke-width': r / 3, 'paint-order': 'stroke', 'stroke-linejoin': 'round' };
  const filled = { fill: colour, ...edge };
  switch (shape) {
    case 'square':
      return tag('rect', { x: -r * 0.9, y: -r * 0.9, width: r * 1.8, height: r * 1.8, rx: r * 0.22, ...filled });
    case 'triangle':
      return tag('path', { d: path(0, -r * 1.12, r * 1.1, r * 0.86, -r * 1.1, r * 0.86), ...filled });
    case 'diamond':
      return tag('path', { d: path(0, -r * 1.2, r * 1.2, 0, 0, r * 1.2, -r * 1.2, 0), ...filled });
    case 'dash':
      return tag('rect', { x: -r * 0.75, y: -r * 0.2, width: r * 1.5, height: r * 0.4, rx: r * 0.2, ...filled });
    case 'padlock':
      return [
        tag('path', {
          d: `M${-r * 0.45} ${-r * 0.3}v${-r * 0.2}a${r * 0.45} ${r * 0.45} 0 0 1 ${r * 0.9} 0v${r * 0.2}`,
          fill: 'none',
          stroke: colour,
          'stroke-width': Math.max(1, r / 5),
        }),
        tag('rect', { x: -r * 0.8, y: -r * 0.3, width: r * 1.6, height: r * 1.2, rx: r * 0.2, ...filled }),
      ].join('');
    case 'ring':
      return [0.96, 0.66]
        .map((part, inner) => {
          const fill = inner === 0 ? halo : 'none';
          return tag('circle', { r: r * part, fill, stroke: colour, 'stroke-width': Math.max(1.2, r / 6) });
        })
        .join('');
    default:
      return tag('circle', { r, ...filled });
  }
}

function letterMark(letter: string, shape: Shape, size: number, fill: string): string {
  const small = shape === 'triangle' || shape === 'ring';
  const y = shape === 'triangle' ? size * 0.34 : size * 0.22;
  const font = { 'font-size': size * (small ? 0.52 : 0.62), 'font-weight': 700, 'text-anchor': 'middle' };
  return tag('text', { y, ...font, fill }, letter);
}

function path(...numbers: readonly number[]): string {
  const points: string[] = [];
  for (let i = 0; i < numbers.length; i += 2) {
    points.push(`${(numbers[i] as number).toFixed(2)} ${(numbers[i + 1] as number).toFixed(2)}`);
  }
  return `M${points.join('L')}Z`;
}
