/** How often the page's components hear of a run that plays: a picture is drawn in every frame, but words need not change as often. */
import type { Frame } from '../session/view.ts';

/** Between two frames in the store while nothing but the time goes on, wall-clock ms. */
export const BEAT_MS = 100;

/** Whether more than time has passed from one frame to the next: then everybody is told at once. */
export function isAbrupt(before: Frame | null, after: Frame | null): boolean {
  return (
    before === null ||
    after === null ||
    before.runId !== after.runId ||
    before.status !== after.status ||
    before.following !== after.following ||
    // Steps are single and shown at once; a scrub is a stream like playing.
    (after.status === 'paused' && after.following)
  );
}

/** Whether a frame has to wait for the next beat: the run plays, and what is looked at moves with it. */
export function isOnlyTime(before: Frame | null, after: Frame | null): boolean {
  return (
    before !== null &&
    after !== null &&
    !isAbrupt(before, after) &&
    after.status === 'playing' &&
    (after.following || after.playhead === before.playhead) &&
    after.speed === before.speed &&
    after.interventions === before.interventions &&
    after.trace.isLoading === before.trace.isLoading
  );
}
