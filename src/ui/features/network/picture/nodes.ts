/** A node as a vector: disc, phase, role and faults with the same signs as the page's buttons. */
import type { QuorumProgress } from '../../../../session/view.ts';
import type { Colours } from '../../../lib/colours.ts';
import { PHASES } from '../../../lib/phases.ts';
import type { Scale } from '../geometry.ts';
import { type NodeLook, phaseLetter } from '../selectors.ts';
import { escaped, tag } from './xml.ts';

/** Around the origin; `radius` in px of the picture. */
export function nodePicture(look: NodeLook, radius: number, labels: Scale['labels'], colours: Colours): string {
  return tag(
    'g',
    { opacity: look.behind > 0 ? 0.62 : undefined },
    [
      disc(look, radius, colours),
      look.crown === null ? '' : crown(look.crown === 'candidate', radius, colours),
      look.byzantine === null ? '' : horns(radius, colours),
      labels === 'hover' ? '' : label(look, radius, labels === 'full', colours),
    ].join(''),
  );
}

function disc(look: NodeLook, radius: number, colours: Colours): string {
  const tint = look.phaseRole === null ? undefined : colours[PHASES[look.phaseRole].token];
  const r = radius - 1.5;
  const body = look.alive ? colours['--surface-raised'] : 'none';
  if (look.kind === 'client') {
    const side = { x: -r, y: -r, width: 2 * r, height: 2 * r, rx: radius * 0.4 };
    return tag('rect', { ...side, fill: body, stroke: colours['--line-strong'], 'stroke-width': 1.25 });
  }
  const stroke =
    look.byzantine !== null
      ? colours['--fault-byzantine']
      : !look.alive
        ? colours['--fault-crash']
        : (tint ?? colours['--line-strong']);
  return [
    tag('circle', { r, fill: body }),
    tint === undefined ? '' : tag('circle', { r, fill: tint, 'fill-opacity': 0.14 }),
    look.byzantine === null ? '' : tag('circle', { r, fill: 'url(#hatching)' }),
    tag('circle', { r, fill: 'none', stroke, 'stroke-width': 2, 'stroke-dasharray': look.alive ? undefined : '5 5' }),
    look.twin
      ? tag('circle', { r: radius - 5.5, fill: 'none', stroke: colours['--fault-byzantine'], 'stroke-width': 1.5 })
      : '',
  ].join('');
}

/** The hatching that Byzantine nodes are filled with. */
export function hatching(colours: Colours): string {
  const line = tag('path', { d: 'M0 0V6', stroke: colours['--fault-byzantine'], 'stroke-width': 1.6, opacity: 0.38 });
  const at = { id: 'hatching', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' };
  return tag('pattern', at, line);
}

/** How far the quorum ring reaches beyond the disc: signs of role and fault stand outside it. */
const ringReach = (radius: number): number => Math.max(2.5, radius * 0.2) + Math.max(2.5, radius / 9);

function crown(half: boolean, radius: number, colours: Colours): string {
  const scale = Math.max(18, radius * 0.78) / 24;
  const top = -radius - ringReach(radius) - 24 * scale * 0.72;
  const look = half
    ? { fill: 'none', stroke: colours['--role-leader'], 'stroke-width': 2 }
    : { fill: colours['--role-leader'], stroke: colours['--surface-panel'], 'stroke-width': 1.5 };
  return crownPath(`translate(${(-12 * scale).toFixed(2)} ${top.toFixed(2)}) scale(${scale.toFixed(3)})`, look);
}

/** 24 by 18 units before `transform`. */
export function crownPath(transform: string, look: Readonly<Record<string, string | number | undefined>>): string {
  const shape = { d: 'M2 4.5 7 9.5 12 2 17 9.5 22 4.5 20 16H4Z', 'stroke-linejoin': 'round' };
  return tag('g', { transform }, tag('path', { ...shape, ...look }));
}

function horns(radius: number, colours: Colours): string {
  const scale = (radius * 2.15) / 40;
  const place = `translate(${(-20 * scale).toFixed(2)} ${(-radius - 8 * scale).toFixed(2)}) scale(${scale.toFixed(3)})`;
  const shapes = [
    'M3.5 11C.5 7.5.4 3.6 2.5 0 3.6 3.2 6 5 9.5 5.8 7 7.2 5 8.9 3.5 11Z',
    'M36.5 11c3-3.5 3.1-7.4 1-11-1.1 3.2-3.5 5-7 5.8 2.5 1.4 4.5 3.1 6 5.2Z',
  ];
  const fill = colours['--fault-byzantine'];
  return tag('g', { transform: place, fill }, shapes.map((d) => tag('path', { d })).join(''));
}

function label(look: NodeLook, radius: number, full: boolean, colours: Colours): string {
  const ink = look.alive ? colours['--ink'] : colours['--ink-3'];
  const middle = { 'text-anchor': 'middle' };
  const more = full && look.kind === 'validator';
  const nameSize = Math.max(9, radius * 0.44);
  const smallSize = Math.max(8.5, radius * 0.33);
  const name = tag(
    'text',
    { ...middle, y: more ? -radius * 0.14 : nameSize * 0.35, 'font-size': nameSize, 'font-weight': 650, fill: ink },
    escaped(look.id),
  );
  if (!more) return name;
  const line = tag(
    'text',
    { ...middle, y: radius * 0.24, 'font-size': smallSize, fill: colours['--ink-2'] },
    escaped(stateLine(look)),
  );
  const behaviour =
    look.byzantine === null
      ? ''
      : tag(
          'text',
          { ...middle, y: radius + smallSize * 1.5, 'font-size': smallSize, fill: colours['--fault-byzantine'] },
          escaped(look.byzantine),
        );
  return `${name}${line}${phaseChip(look, radius, colours)}${behaviour}`;
}

function stateLine(look: NodeLook): string {
  if (!look.alive) return 'down';
  return look.behind > 0 ? `${look.height} −${look.behind}` : `${look.slotWord.slice(0, 1)} ${look.height}`;
}

function phaseChip(look: NodeLook, radius: number, colours: Colours): string {
  const letter = phaseLetter(look);
  if (letter === '' || look.phaseRole === null) return '';
  const size = Math.max(8, radius * 0.31);
  const fill = colours[PHASES[look.phaseRole].token];
  const width = size * 1.35;
  const left = -(width + (look.votes === '' ? 0 : size * 0.3 + look.votes.length * size * 0.58)) / 2;
  const y = radius * 0.66;
  const font = { y, 'font-size': size };
  const chip = { x: left, y: y - size * 0.86, width, height: size * 1.14, rx: size * 0.57, fill };
  const ink = { 'font-weight': 700, 'text-anchor': 'middle', fill: colours['--ink-inverse'] };
  const votes = { x: left + width + size * 0.3, fill: colours['--ink'] };
  return [
    tag('rect', chip),
    tag('text', { x: left + width / 2, ...font, ...ink }, escaped(letter)),
    look.votes === '' ? '' : tag('text', { ...votes, ...font }, escaped(look.votes)),
  ].join('');
}

/** Distinct votes of the node's most advanced open vote around its disc; closed where there are enough. */
export function quorumRing(
  quorum: QuorumProgress,
  validators: number,
  radius: number,
  colour: string,
  rest: string,
): string {
  const r = radius + Math.max(2.5, radius * 0.2);
  const width = Math.max(1.5, radius / 9);
  const ring = { fill: 'none', 'stroke-width': width };
  if (quorum.closedAt !== null) return tag('circle', { r, ...ring, stroke: colour });
  const turn = 2 * Math.PI * r;
  const gap = validators > 32 ? 0 : Math.min(4, turn / validators / 3);
  const filled = Math.min(validators, quorum.voters.length);
  const ticks = (from: number, count: number, stroke: string): string => {
    if (count <= 0) return '';
    const each = turn / validators;
    const dashes = Array.from({ length: count }, () => `${(each - gap).toFixed(2)} ${gap.toFixed(2)}`).join(' ');
    const offset = -(from * each);
    const dash = { 'stroke-dasharray': `${dashes} 0 ${turn.toFixed(2)}`, 'stroke-dashoffset': offset };
    return tag('circle', { r, ...ring, stroke, transform: 'rotate(-90)', ...dash });
  };
  return `${ticks(filled, validators - filled, rest)}${ticks(0, filled, colour)}`;
}
