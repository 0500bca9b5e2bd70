/** Messages per decision as one bar a protocol, cut by phase: colour, shape and letter as everywhere. */
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { formatRate } from '../../lib/format.ts';
import { PHASES } from '../../lib/phases.ts';
import styles from './Result.module.css';
import type { Bar } from './selectors.ts';

/** Parts narrower than this share of the widest bar carry no mark of their own. */
const MARKED_SHARE = 0.04;

export function PhaseBars({ bars }: { readonly bars: readonly Bar[] }) {
  const widest = bars.reduce((most, { total }) => Math.max(most, total ?? 0), 0);
  const phases = Object.keys(PHASES).filter((phase) => bars.some(({ parts }) => parts.some((p) => p.phase === phase)));
  return (
    <figure className={styles.bars}>
      <figcaption>
        Messages per decision by phase
        {(phases as (keyof typeof PHASES)[]).map((phase) => (
          <span key={phase} className={styles.key}>
            <PhaseGlyph phase={phase} size={12} /> {PHASES[phase].label}
          </span>
        ))}
      </figcaption>
      {bars.map(({ title, total, parts }) => (
        <div key={title} className={styles.bar}>
          <span>{title}</span>
          <span className={styles.track} role="img" aria-label={`${title}: ${barText(parts)}`}>
            {parts.map(({ phase, perDecision }) => (
              <i
                key={phase}
                title={`${PHASES[phase].label}: ${formatRate(perDecision)}`}
                style={{ width: `${(perDecision / widest) * 100}%`, background: `var(${PHASES[phase].token})` }}
              >
                {perDecision / widest >= MARKED_SHARE && PHASES[phase].letter}
              </i>
            ))}
          </span>
          <span>{total === null ? 'nothing decided' : formatRate(total)}</span>
        </div>
      ))}
    </figure>
  );
}

function barText(parts: Bar['parts']): string {
  return parts.map(({ phase, perDecision }) => `${PHASES[phase].label} ${formatRate(perDecision)}`).join(', ');
}
