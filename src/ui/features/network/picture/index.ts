/**
 * The network at a moment as an SVG document that stands alone: title line, links, messages in flight, nodes, legend. A
 * function of the trace and the moment, like the panel; nothing is copied from the screen but where nodes stand.
 */
import type { Colours } from '../../../lib/colours.ts';
import { formatTime, plainText } from '../../../lib/format.ts';
import { progressAt } from '../../../lib/moments.ts';
import { PHASES } from '../../../lib/phases.ts';
import type { DrawNetwork, PictureRequest } from '../../../lib/picture.ts';
import { type Point, scaleFor } from '../geometry.ts';
import { groupsForDrawing, layoutOf } from '../layouts.ts';
import { ringSize } from '../quorumRings.ts';
import { inItsShard, legendEntries, nodeLook } from '../selectors.ts';
import { groupedPictures } from './groups.ts';
import { mark } from './marks.ts';
import { cutsIn, flightPictures, linkPictures, type Places } from './messages.ts';
import { hatching, nodePicture, quorumRing } from './nodes.ts';
import { shownPositions } from './positions.ts';
import { padlocks, shardRegions } from './shards.ts';
import { escaped, tag } from './xml.ts';

/** Of a picture 720 px high; larger ones have larger letters. */
const HEAD = 74;
const FOOT = 52;
const SIDE = 28;
const LETTERS = { title: 22, line: 15, legend: 14 } as const;
/** A closed ring stays so long, then rests as a thin one. */
const CLOSED_MICROS = 900_000;
const FONT = "'Inter Variable', Inter, system-ui, sans-serif";
/** More nodes have no room for a count or a ring each. */
const RINGS_UP_TO = 64;

export const drawNetwork: DrawNetwork = (request) => {
  const { frame, trace, at, width, height, colours } = request;
  const places = placesOf(request);
  const cuts = cutsIn(trace, at, places);
  const flights = trace.flights(at);
  const groups = groupsForDrawing(frame.nodes, false, trace.shape);
  const messages =
    groups === null
      ? flightPictures(flights, at, frame.declaration, places, cuts, colours)
      : groupedPictures(groups, flights, at, frame.declaration, places, cuts, colours);
  const body = [
    tag('defs', {}, hatching(colours) + field(request)),
    tag('rect', { width, height, fill: colours['--surface-panel'] }),
    head(request),
    tag('g', { id: 'shards' }, shardRegions(request, places)),
    tag('g', { id: 'links', 'clip-path': 'url(#field)' }, linkPictures(places, cuts, colours)),
    tag('g', { id: 'messages' }, messages),
    tag('g', { id: 'nodes' }, nodes(request, places)),
    tag('g', { id: 'locks' }, padlocks(request, places)),
    tag('g', { id: 'legend' }, legend(request)),
  ];
  const box = { viewBox: `0 0 ${width} ${height}`, width, height, 'font-family': FONT };
  const inner = [tag('title', {}, escaped(titleOf(request))), ...body].join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${tag('svg', { xmlns: 'http://www.w3.org/2000/svg', ...box }, inner)}\n`;
};

/** Between title and legend: a cut is drawn across the network, not across the words. */
function field({ width, height }: PictureRequest): string {
  return tag('clipPath', { id: 'field' }, tag('rect', { y: HEAD, width, height: height - HEAD - FOOT }));
}

const titleOf = ({ frame, at }: PictureRequest): string =>
  `${plainText(frame.scenario.name, 120)} at ${formatTime(at)}`;

function head({ frame, trace, at, colours }: PictureRequest): string {
  const { declaration, scenario } = frame;
  const { height, epoch } = progressAt(trace, frame.nodes, at);
  const { words } = declaration;
  const line = [
    declaration.title,
    `seed ${scenario.seed}`,
    formatTime(at),
    `${words.slot} ${height}`,
    ...(declaration.hasLeader !== false || epoch > 0 ? [`${words.epoch} ${epoch}`] : []),
    ...trace.faultsAt(at).map(({ text }) => text),
  ].join(' · ');
  return [
    tag(
      'text',
      { x: SIDE, y: 36, 'font-size': LETTERS.title, 'font-weight': 600, fill: colours['--ink'] },
      escaped(plainText(scenario.name, 90)),
    ),
    tag('text', { x: SIDE, y: 60, 'font-size': LETTERS.line, fill: colours['--ink-2'] }, escaped(plainText(line, 180))),
  ].join('');
}

function nodes({ frame, trace, at, colours }: PictureRequest, places: Places): string {
  const { declaration } = frame;
  const top = progressAt(trace, frame.nodes, at).height;
  const { labels } = scaleFor(places.validators);
  const ticks = ringSize(trace.shape, places.validators);
  return frame.nodes
    .map((node, index) => {
      const point = places.points[index];
      const radius = places.radii[index] ?? 0;
      if (point === undefined) return '';
      const rings = node.kind === 'validator' && places.validators <= RINGS_UP_TO && ticks !== null;
      const found = rings ? trace.quorumAt(node.index, at) : null;
      // What more must say than can be round the node is about something else: all shards, not its own.
      const quorum = found === null || found.needed > (ticks ?? 0) ? null : found;
      const look = inItsShard(
        nodeLook(declaration, node, trace.nodeAt(node.index, at), top, quorum),
        trace.shape,
        node.index,
      );
      const rests = quorum !== null && quorum.closedAt !== null && at - quorum.closedAt > CLOSED_MICROS;
      const ring =
        quorum === null || !look.alive
          ? ''
          : quorumRing(quorum, ticks ?? 0, radius, ...ringColours(quorum.phase, colours));
      const transform = `translate(${point.x.toFixed(2)} ${point.y.toFixed(2)})`;
      const around = ring === '' ? '' : tag('g', { opacity: rests ? 0.45 : undefined }, ring);
      return tag('g', { transform, id: `node-${node.id}` }, around + nodePicture(look, radius, labels, colours));
    })
    .join('\n');
}

function ringColours(phase: keyof typeof PHASES, colours: Colours): [string, string] {
  return [colours[PHASES[phase].token] ?? 'grey', colours['--line-strong'] ?? 'grey'];
}

function legend({ frame, width, height, colours }: PictureRequest): string {
  const y = height - FOOT / 2;
  let x = SIDE + 8;
  return legendEntries(frame.declaration)
    .map(({ phase, label }) => {
      const text = tag('text', { x: 15, y: 5, 'font-size': LETTERS.legend, fill: colours['--ink-2'] }, escaped(label));
      const entry = tag('g', { transform: `translate(${x} ${y})` }, mark(phase, 16, colours) + text);
      x += 44 + label.length * 8;
      return x > width ? '' : entry;
    })
    .join('');
}

/** The arrangement on the screen, or a fresh ring, fitted between title and legend. */
function placesOf({ frame, trace, width, height }: PictureRequest): Places {
  const validators = frame.nodes.filter(({ kind }) => kind === 'validator').length;
  const scale = scaleFor(validators);
  const room = { x: width - 2 * SIDE, y: height - HEAD - FOOT };
  const shown = shownPositions();
  const layout =
    shown.length === frame.nodes.length
      ? shown
      : layoutOf(frame.nodes, 'ring', room.x / Math.max(80, room.y), false, trace.shape);
  // The boxes of shards reach further than crowns, their padlocks further still.
  const reach = scale.radius * (trace.shape === null ? 1.9 : (trace.shape.parents ?? []).length === 0 ? 2.3 : 3.1);
  const [xs, ys] = [layout.map(({ x }) => x), layout.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs) - reach, Math.min(...ys) - reach];
  const span = { x: Math.max(...xs) + reach - left, y: Math.max(...ys) + reach - top };
  const zoom = Math.min(2.2, room.x / span.x, room.y / span.y);
  const offset = { x: SIDE + (room.x - span.x * zoom) / 2, y: HEAD + (room.y - span.y * zoom) / 2 };
  const place = ({ x, y }: Point): Point => ({ x: offset.x + (x - left) * zoom, y: offset.y + (y - top) * zoom });
  return {
    points: layout.map(place),
    radii: frame.nodes.map(({ kind }) => (kind === 'client' ? scale.clientRadius : scale.radius) * zoom),
    validators,
    links: scale.links,
    markSize: Math.max(5, Math.min(24, scale.sprite * zoom)),
  };
}
