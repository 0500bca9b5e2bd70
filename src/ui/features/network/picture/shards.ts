/** Shards as vectors: the box around each one's nodes with its name, and the padlock of what is locked there. */
import type { ShardMoment, ShardShape } from '../../../../session/view.ts';
import type { Colours } from '../../../lib/colours.ts';
import type { PictureRequest } from '../../../lib/picture.ts';
import { doubtsOf, lockedAccounts } from '../../../lib/shards.ts';
import { scaleFor, type Scale } from '../geometry.ts';
import { lettersIn, parentCaption, parentRegions } from '../parents.ts';
import { type Region, regionsOf, signOf, type ShardSign, signName, signPlace } from '../shardSigns.ts';
import type { Places } from './messages.ts';
import { crownPath } from './nodes.ts';
import { escaped, tag } from './xml.ts';

/** Fill of a region over the surface, as on the page. */
const TINT = 0.05;
/** How much of its colour the line around a parent has. */
const PARENT_LINE = 0.65;
/** How much of the lock's colour shows, by how long it is held. */
const AGE_OPACITY = [0.45, 0.7, 1, 1] as const;
const LETTER = 0.62;

/** Null where there is nothing to tell apart. */
function shapeOf({ trace }: PictureRequest): ShardShape | null {
  return trace.shape === null || trace.shape.count < 2 ? null : trace.shape;
}

/** Layout and picture differ by a factor: everything follows the nodes' size. */
const scaleOf = (places: Places): Scale => ({ ...scaleFor(places.validators), radius: places.radii[0] ?? 0 });

/** Below the nodes. */
export function shardRegions(request: PictureRequest, places: Places): string {
  const shape = shapeOf(request);
  if (shape === null) return '';
  const { trace, at, colours } = request;
  const scale = scaleOf(places);
  const { open } = trace.shardsAt(at);
  const coordinating = new Set(open.map(({ coordinator }) => coordinator));
  const isGroup = shape.validatorsPerShard > 1;
  const leaves = regionsOf(shape, places.points, scale)
    .map((region, shard) => {
      const box = { x: region.x, y: region.y, width: region.width, height: region.height, rx: scale.radius * 0.5 };
      const fill = { fill: colours['--phase-cross'], 'fill-opacity': TINT, stroke: colours['--line-strong'] };
      const name = isGroup || scale.labels === 'hover' ? regionName(region, scale, isGroup, colours) : '';
      const crown = isGroup && coordinating.has(shard) ? regionCrown(region, scale, colours) : '';
      return tag('g', { id: `shard-${region.name}` }, tag('rect', { ...box, ...fill }) + name + crown);
    })
    .join('\n');
  return parentPictures(shape, open, places, scale, colours) + leaves;
}

/** A line around the leaves of each parent, with its name and who speaks for it. */
function parentPictures(
  shape: ShardShape,
  open: ShardMoment['open'],
  { points }: Places,
  scale: Scale,
  colours: Colours,
): string {
  const size = Math.min(nameSize(scale), 15);
  return parentRegions(shape, points, scale)
    .map((region, parent) => {
      const { name, x, y, width, height } = region;
      const box = { x, y, width, height, rx: scale.radius * 0.7 };
      const line = { stroke: colours['--phase-cross'], 'stroke-opacity': PARENT_LINE, 'stroke-width': 1.5 };
      const fill = { fill: colours['--phase-cross'], 'fill-opacity': TINT, ...line };
      const text = parentCaption(shape, parent, { open }, lettersIn(region, scale.radius, size));
      const at = { x: x + scale.radius * 0.5, y: y + scale.radius * 0.16 + size * 0.8 };
      const font = { 'font-size': size, 'font-weight': 600, fill: colours['--ink'] };
      const caption = tag('text', { ...at, ...font }, escaped(text));
      return `${tag('g', { id: `parent-${name}` }, tag('rect', { ...box, ...fill }) + caption)}\n`;
    })
    .join('');
}

const nameSize = ({ radius }: Scale): number => Math.max(radius * 0.42, 10.5);
const singleNameSize = ({ radius }: Scale): number => Math.min(10.5, Math.max(7.5, radius * 0.85));

function regionName({ name, x, y, height }: Region, scale: Scale, isGroup: boolean, colours: Colours): string {
  const size = isGroup ? nameSize(scale) : singleNameSize(scale);
  const inset = isGroup ? scale.radius * 0.28 : 0;
  // Below the box of one: above stands its crown.
  const baseline = isGroup ? y + inset + size * 0.8 : y + height + size * 0.9;
  const font = { 'font-size': size, 'font-weight': 600, fill: colours['--ink-2'] };
  return tag('text', { x: x + inset, y: baseline, ...font }, escaped(name));
}

/** The shard coordinates a transaction. */
function regionCrown({ x, y, width }: Region, scale: Scale, colours: Colours): string {
  const unit = (nameSize(scale) * 1.5) / 20;
  const inset = scale.radius * 0.28;
  const place = `translate(${(x + width - inset - 22 * unit).toFixed(2)} ${(y + inset - 2 * unit).toFixed(2)})`;
  return crownPath(`${place} scale(${unit.toFixed(3)})`, { fill: colours['--role-leader'] });
}

/** Above the nodes. */
export function padlocks(request: PictureRequest, places: Places): string {
  const shape = shapeOf(request);
  if (shape === null) return '';
  const { trace, at, colours } = request;
  const moment = trace.shardsAt(at);
  const scale = scaleOf(places);
  return lockedAccounts(moment, doubtsOf(trace, moment, at), shape.count)
    .map((accounts, shard) => {
      const place = accounts.length === 0 ? null : signPlace(shape, shard, places.points, scale);
      if (place === null) return '';
      const sign = signOf(shard, accounts, at);
      const size = Math.min(20, Math.max(8, scale.radius * 0.5));
      const transform = `translate(${place.x.toFixed(2)} ${place.y.toFixed(2)})`;
      return tag('g', { transform, id: `locks-s${shard}` }, signPicture(sign, size, colours));
    })
    .join('\n');
}

/** A pill around the origin: the lock, how many accounts, how many wait, whether anybody is in doubt. */
function signPicture(sign: ShardSign, size: number, colours: Colours): string {
  const { lockCount, waitCount, doubtCount } = sign;
  const words = [
    lockCount > 1 ? { text: String(lockCount), weight: 600 } : null,
    waitCount > 0 ? { text: `${waitCount} ${waitCount === 1 ? 'waits' : 'wait'}`, weight: 400 } : null,
    doubtCount > 0 ? { text: 'in doubt', weight: 600 } : null,
  ].filter((word) => word !== null);
  const font = Math.max(9, size * 0.72);
  const gap = font * 0.5;
  const widths = words.map(({ text }) => text.length * font * LETTER);
  const width = size + widths.reduce((sum, part) => sum + part + gap, 0) + gap * 1.4;
  const height = Math.max(size, font) + font * 0.5;
  const pill = { x: -width / 2, y: -height / 2, width, height, rx: height / 2 };
  let x = -width / 2 + gap * 0.7 + size + gap;
  const texts = words.map(({ text, weight }, i) => {
    const at = { x, y: font * 0.36, 'font-size': font, 'font-weight': weight, fill: colours['--ink'] };
    x += (widths[i] ?? 0) + gap;
    return tag('text', at, escaped(text));
  });
  return [
    tag('title', {}, escaped(signName(sign))),
    tag('rect', { ...pill, fill: colours['--surface-raised'], stroke: colours['--line'] }),
    lock(sign, -width / 2 + gap * 0.7, size, colours),
    ...texts,
  ].join('');
}

/** Deeper the longer it is held; dashed where its holder is in doubt. */
function lock({ age, doubtCount }: ShardSign, left: number, size: number, colours: Colours): string {
  const scale = (size / 16).toFixed(3);
  const colour = colours['--phase-cross'];
  const edge =
    doubtCount > 0
      ? { stroke: colours['--ink'], 'stroke-dasharray': '2 1.2', 'stroke-width': 1.2 }
      : { stroke: colours['--surface-raised'], 'stroke-width': 0.8 };
  const shackle = { d: 'M5 7.5V5.2a3 3 0 0 1 6 0v2.3', fill: 'none', stroke: colour, 'stroke-width': 1.6 };
  return tag(
    'g',
    { transform: `translate(${left.toFixed(2)} ${(-size / 2).toFixed(2)}) scale(${scale})`, opacity: AGE_OPACITY[age] },
    tag('path', shackle) + tag('rect', { x: 3, y: 7, width: 10, height: 7.5, rx: 1.5, fill: colour, ...edge }),
  );
}
