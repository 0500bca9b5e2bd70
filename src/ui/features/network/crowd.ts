/**
 * Many copies at once. What a canvas without a graphics card costs was measured, 400 copies a frame: lines of one device pixel
 * in one path 0.6 ms, lines of 1.6 px one by one 2.2 ms and in one path 7.6 ms; pictures drawn at whole pixels in their own
 * size 0.9 ms, scaled ones 1.8 ms; squares at whole pixels 0.25 ms, as a path 0.45 ms (`smallMarks.ts` has other shapes).
 */
import { PHASE_ROLES, PHASES } from '../../lib/phases.ts';
import type { PhaseRole } from '../../../protocols/protocol.ts';
import type { Flight } from '../../../session/view.ts';
import { placesOf, type Places } from './places.ts';
import { isBetweenShards, type Scene } from './scene.ts';
import { SmallMarks } from './smallMarks.ts';
import { LETTERS_FROM } from './sprites.ts';

/** What matters most is drawn last. */
const DRAWN_IN_ORDER: readonly PhaseRole[] = [
  'client',
  'sync',
  'cross',
  'first',
  'second',
  'third',
  'propose',
  'change',
];

/** Thousands of copies: small squares, no beams. */
export function drawDots(context: CanvasRenderingContext2D, scene: Scene, flights: readonly Flight[]): void {
  const places = placesOf(scene, flights);
  const size = Math.max(2, Math.round(Math.max(1.8, 3.2 / Math.sqrt(scene.view.zoom)) * scene.view.zoom * scene.ratio));
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 0.8;
  for (const name of DRAWN_IN_ORDER) {
    const role = PHASE_ROLES.indexOf(name);
    context.fillStyle = scene.palette.phases[name];
    for (let i = 0; i < places.count; i++) {
      if (places.role[i] !== role) continue;
      context.fillRect(
        Math.round((places.x[i] as number) - size / 2),
        Math.round((places.y[i] as number) - size / 2),
        size,
        size,
      );
    }
  }
  context.globalAlpha = 1;
}

/**
 * Hundreds of copies: a thin beam and a mark each, at whole device pixels.
 * @param beamAlpha strength of a beam, 0 for none
 * @param sizeOf CSS px of a copy's mark
 */
export function drawCrowd(
  context: CanvasRenderingContext2D,
  scene: Scene,
  flights: readonly Flight[],
  beamAlpha: number,
  sizeOf: (flight: Flight) => number,
): void {
  const places = placesOf(scene, flights);
  context.setTransform(1, 0, 0, 1, 0, 0);
  if (beamAlpha > 0) drawBeams(context, scene, places, beamAlpha);
  const small = new SmallMarks(context, scene.ratio);
  for (const name of DRAWN_IN_ORDER) {
    const role = PHASE_ROLES.indexOf(name);
    small.begin(PHASES[name].shape, scene.palette.phases[name], scene.palette.surface);
    for (let i = 0; i < places.count; i++) {
      if (places.role[i] !== role) continue;
      const flight = flights[places.flight[i] as number] as Flight;
      const [x, y] = [places.x[i] as number, places.y[i] as number];
      const size = sizeOf(flight);
      if (isBetweenShards(scene, flight.from, flight.to)) drawCrossing(context, scene, x, y, size);
      if (name === 'sync' || name === 'client') drawAlong(context, scene.sprites(whole(size))[name], places, i);
      else if (size < LETTERS_FROM) small.add(x, y, size);
      else drawSprite(context, scene.sprites(whole(size))[name], x, y);
    }
    small.end();
  }
}

const whole = (size: number): number => Math.max(4, Math.round(size));

function drawSprite(context: CanvasRenderingContext2D, sprite: HTMLCanvasElement, x: number, y: number): void {
  context.drawImage(sprite, Math.round(x - sprite.width / 2), Math.round(y - sprite.height / 2));
}

/** A dash lies along its link. */
function drawAlong(context: CanvasRenderingContext2D, sprite: HTMLCanvasElement, places: Places, i: number): void {
  const [x, y] = [places.x[i] as number, places.y[i] as number];
  const [dx, dy] = [x - (places.startX[i] as number), y - (places.startY[i] as number)];
  const length = Math.max(1e-9, Math.sqrt(dx * dx + dy * dy));
  context.setTransform(dx / length, dy / length, -dy / length, dx / length, x, y);
  context.drawImage(sprite, -sprite.width / 2, -sprite.height / 2);
  context.setTransform(1, 0, 0, 1, 0, 0);
}

/** The more copies, the shorter their beams: together they cover about as many device pixels. */
const BEAMS_PX = 20_000;

/** One path a phase, one device pixel wide: much cheaper than any wider line. */
function drawBeams(context: CanvasRenderingContext2D, scene: Scene, places: Places, alpha: number): void {
  const longest = (BEAMS_PX / places.count) * scene.ratio;
  context.lineWidth = 1;
  for (const [role, name] of PHASE_ROLES.entries()) {
    let any = false;
    context.beginPath();
    for (let i = 0; i < places.count; i++) {
      if (places.role[i] !== role) continue;
      any = true;
      const [x, y] = [places.x[i] as number, places.y[i] as number];
      const [dx, dy] = [(places.startX[i] as number) - x, (places.startY[i] as number) - y];
      const part = Math.min(1, longest / Math.max(1e-9, Math.sqrt(dx * dx + dy * dy)));
      context.moveTo(x + dx * part, y + dy * part);
      context.lineTo(x, y);
    }
    if (!any) continue;
    context.globalAlpha = name === 'sync' || name === 'client' ? alpha / 2 : alpha;
    context.strokeStyle = scene.palette.phases[name];
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawCrossing(context: CanvasRenderingContext2D, scene: Scene, x: number, y: number, size: number): void {
  context.beginPath();
  context.arc(x, y, size * 0.68 * scene.ratio, 0, 2 * Math.PI);
  context.strokeStyle = scene.palette.phases.cross;
  context.lineWidth = 1.75 * scene.ratio;
  context.stroke();
}
