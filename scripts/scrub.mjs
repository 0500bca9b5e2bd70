// @ts-check
/** A jump of the playhead in the built page, as a hand makes it, and when the picture of it is whole. */

/** @typedef {import('@playwright/test').Page} Page */

/** A picture that has not changed for so long, with nothing said to be loading, is whole: parts that are away come sooner. */
const STILL_MS = 250;
/** The page says that something is loading after 100 ms; beyond this a jump has failed. */
const GIVEN_UP_MS = 30_000;

/**
 * Moves the timeline's slider of a paused run; resolves to the ms from there to the last frame that changed the picture of the
 * network, and no less than to the first frame after. Looking at the picture in each frame takes some ms of its own.
 * @param {Page} page @param {number} micros virtual time to go to
 */
export function scrubTo(page, micros) {
  return page.evaluate(jump, { micros, stillMs: STILL_MS, givenUpMs: GIVEN_UP_MS });
}

/** Runs in the page. @param {{ micros: number, stillMs: number, givenUpMs: number }} what */
async function jump({ micros, stillMs, givenUpMs }) {
  const slider = document.querySelector('input[aria-label="Timeline"]');
  if (!(slider instanceof HTMLInputElement)) throw new Error('the page has no timeline');
  const small = new OffscreenCanvas(240, 150).getContext('2d', { willReadFrequently: true });
  if (small === null) throw new Error('no canvas to look at the picture with');
  const look = () => {
    small.clearRect(0, 0, 240, 150);
    for (const canvas of document.querySelectorAll('[aria-label="Network"] canvas'))
      if (canvas instanceof HTMLCanvasElement && canvas.width > 0) small.drawImage(canvas, 0, 0, 240, 150);
    const words = new Uint32Array(small.getImageData(0, 0, 240, 150).data.buffer);
    let hash = 0;
    for (const word of words) hash = (Math.imul(hash, 31) + word) | 0;
    return hash;
  };
  const isLoading = () =>
    [...document.querySelectorAll('[role=status]')].some(({ textContent }) => textContent?.startsWith('Loading'));
  let seen = look();
  const began = performance.now();
  let [changed, frames] = [began, 0];
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(slider, String(micros));
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  for (;;) {
    // After the frame has been painted.
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const now = performance.now();
    const picture = look();
    if (picture !== seen || frames === 0 || isLoading()) changed = now;
    seen = picture;
    frames++;
    if (now - changed > stillMs) return changed - began;
    if (now - began > givenUpMs) throw new Error(`no whole picture of ${micros} µs after ${givenUpMs} ms`);
  }
}
