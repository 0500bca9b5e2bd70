/** What the scenario has happen to the testnet, and when: so that somebody who was sent a link knows what to wait for. */
import type { Frame } from '../../../session/view.ts';
import { Section } from '../../components/Section.tsx';
import { Foreign, Note } from '../../components/small.tsx';
import { plural } from '../../lib/format.ts';
import styles from './Panel.module.css';
import { scriptOf } from './script.ts';

const SHOWN = 8;

export function Script({ scenario, head }: { readonly scenario: Frame['scenario']; readonly head: number }) {
  const entries = scriptOf(scenario.faults, head);
  if (entries.length === 0) return null;
  return (
    <Section title="Script" aside={plural(entries.length, 'fault')}>
      <ol className={styles.script}>
        {entries.slice(0, SHOWN).map(({ text, when, isAhead }, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two faults of a script may read the same.
          <li key={position} data-ahead={isAhead}>
            <Foreign text={text} limit={120} />
            <span>
              <Foreign text={when} limit={80} />
            </span>
          </li>
        ))}
      </ol>
      {entries.length > SHOWN && <Note>and {entries.length - SHOWN} more</Note>}
    </Section>
  );
}
