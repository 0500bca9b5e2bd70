/**
 * "Open in Perfetto": the viewer in a tab of its own gets the trace by message, so that nothing is uploaded. It answers PING with
 * PONG once it listens (perfetto.dev, "Deep linking to Perfetto UI"). Call it from a click, or the browser blocks the tab.
 */
const ORIGIN = 'https://ui.perfetto.dev';
const PING_MS = 50;
const PATIENCE_MS = 30_000;

/** Resolves when the viewer has the trace. @throws Error when no tab opened or nobody answered */
export function openInPerfetto(trace: string, title: string): Promise<void> {
  const viewer = window.open(ORIGIN);
  if (viewer === null)
    return Promise.reject(new Error('the browser did not open a tab for Perfetto: allow pop-ups here'));
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearInterval(pinging);
      clearTimeout(patience);
      window.removeEventListener('message', onMessage);
    };
    const onMessage = ({ data, origin, source }: MessageEvent) => {
      if (data !== 'PONG' || origin !== ORIGIN || source !== viewer) return;
      stop();
      const { buffer } = new TextEncoder().encode(trace);
      viewer.postMessage({ perfetto: { buffer, title } }, ORIGIN);
      resolve();
    };
    const pinging = setInterval(() => viewer.postMessage('PING', ORIGIN), PING_MS);
    const patience = setTimeout(() => {
      stop();
      reject(new Error('Perfetto did not answer within 30 s: save the file and open it there by hand'));
    }, PATIENCE_MS);
    window.addEventListener('message', onMessage);
  });
}
