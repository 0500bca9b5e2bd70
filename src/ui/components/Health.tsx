/** The five monitors of a run: verdict as sign and word, what was measured, and why it is not well. */
import type { Health, HealthMonitor } from '../../session/api.ts';
import { briefFault } from '../lib/faults.ts';
import { Icon, type IconName } from './icons.tsx';
import styles from './Health.module.css';
import { Foreign } from './small.tsx';

const ICONS: Readonly<Record<HealthMonitor['verdict'], IconName>> = {
  healthy: 'check',
  degraded: 'warning',
  failing: 'alert',
};

export function HealthList({ health }: { readonly health: Health }) {
  return (
    <ul className={styles.list}>
      {health.monitors.map(({ name, title, verdict, reading, reasons }) => (
        <li key={name} data-verdict={verdict}>
          <Icon name={ICONS[verdict]} size={14} />
          <span>
            {title}
            <span className="visually-hidden">: {verdict}</span>
          </span>
          <span className={styles.reading}>{reading}</span>
          {reasons.length > 0 && (
            <ul className={styles.reasons}>
              {reasons.map((reason) => (
                <li key={reason}>
                  <Foreign text={briefFault(reason)} limit={160} />
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}
