/** The name of the message under the pointer, while it is on its way. */
import type { Flight } from '../../../session/view.ts';
import { useCalmFrame } from '../../playground.tsx';
import styles from './Panel.module.css';
import { flightText } from './selectors.ts';

export interface Hovered {
  readonly flight: Flight;
  /** In the panel, CSS px. */
  readonly x: number;
  readonly y: number;
}

export function HoverTip({ hovered }: { readonly hovered: Hovered | null }) {
  const frame = useCalmFrame(12);
  if (hovered === null || frame === null) return null;
  const { flight, x, y } = hovered;
  if (frame.playhead < flight.sentAt || frame.playhead >= flight.arrivesAt) return null;
  return (
    <div className={styles.tip} style={{ translate: `${x}px ${y}px` }} aria-hidden="true">
      {flightText(frame, flight)}
    </div>
  );
}
