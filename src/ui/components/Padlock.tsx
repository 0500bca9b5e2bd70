/** A padlock: closed while one holds it, open where several share it, with a question mark where its holder is in doubt. */
import styles from './Padlock.module.css';

interface Props {
  /** 0 just taken … 3 held for long. */
  readonly age: 0 | 1 | 2 | 3;
  readonly inDoubt?: boolean;
  readonly isShared?: boolean;
  /** How many; up to three are drawn. */
  readonly count?: number;
  readonly size?: number;
}

const CLOSED = 'M5 7.5V5.2a3 3 0 0 1 6 0v2.3';
const OPEN = 'M5 7.5V4.2a3 3 0 0 1 5.8-1';
const STEP = 2.5;
const DRAWN_MAX = 3;
const PLACES = [0, 1, 2] as const;

export function Padlock({ age, inDoubt = false, isShared = false, count = 1, size = 16 }: Props) {
  const behind = Math.min(DRAWN_MAX, count) - 1;
  const extent = 16 + STEP * behind;
  return (
    <svg
      className={styles.padlock}
      width={(size * extent) / 16}
      height={(size * extent) / 16}
      viewBox={`0 0 ${extent} ${extent}`}
      data-age={age}
      data-doubt={inDoubt}
      aria-hidden="true"
    >
      {PLACES.slice(0, behind + 1).map((i) => (
        // Those behind stand further up and to the right.
        <g key={i} transform={`translate(${STEP * (behind - i)} ${STEP * i})`}>
          <path d={isShared ? OPEN : CLOSED} className={styles.shackle} />
          <rect x="3" y="7" width="10" height="7.500" rx="1.500" className={styles.body} />
          {i === behind && !inDoubt && <path d="M8 9.800v2" className={styles.key} />}
          {i === behind && inDoubt && (
            <path
              d="M6.8 9.500a1.300 1.300 0 1 1 1.700 1.200c-.4.150-.5.300-.5.800M8 12.900v.1"
              className={styles.key}
            />
          )}
        </g>
      ))}
    </svg>
  );
}
