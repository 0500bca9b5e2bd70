/** Small shared pieces: fact lists, badges, verdicts, text that somebody else wrote. */
import type { ReactNode } from 'react';
import type { Verdict } from '../../session/api.ts';
import { plainText } from '../lib/format.ts';
import { Icon, type IconName } from './icons.tsx';
import styles from './small.module.css';

/** Label and value pairs. */
export function Facts({
  items,
}: {
  readonly items: readonly (readonly [label: string, value: ReactNode, explain?: string] | null)[];
}) {
  return (
    <dl className={styles.facts}>
      {items.map(
        (item) =>
          item !== null && (
            <div key={item[0]} style={{ display: 'contents' }}>
              <dt title={item[2]}>{item[0]}</dt>
              <dd>{item[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

export function Note({ children }: { readonly children: ReactNode }) {
  return <p className={styles.note}>{children}</p>;
}

export function Badge({ children, tone }: { readonly children: ReactNode; readonly tone?: 'bad' | 'off' }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}

const VERDICT_ICONS: Readonly<Record<Verdict, IconName>> = { holds: 'check', pending: 'pending', violated: 'alert' };

/** A verdict as symbol and word, never as colour alone. */
export function VerdictMark({ verdict }: { readonly verdict: Verdict }) {
  return (
    <span className={styles.verdict} data-verdict={verdict}>
      <Icon name={VERDICT_ICONS[verdict]} size={14} />
      {verdict}
    </span>
  );
}

/** Text from a scenario or a peer: shown as text, isolated from the direction of what stands around it. */
export function Foreign({ text, limit }: { readonly text: string; readonly limit?: number }) {
  return <bdi>{plainText(text, limit)}</bdi>;
}
