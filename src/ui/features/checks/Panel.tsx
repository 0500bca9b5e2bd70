/** Every check with its verdict; a violated one jumps to its moment. */
import type { CheckResult } from '../../../session/api.ts';
import { Button } from '../../components/controls.tsx';
import { Section } from '../../components/Section.tsx';
import { Foreign, Note, VerdictMark } from '../../components/small.tsx';
import { formatMs, plural } from '../../lib/format.ts';
import { useCalmFrame, usePlayground } from '../../playground.tsx';
import styles from './Panel.module.css';
import { byKind } from './selectors.ts';

export function ChecksPanel() {
  const checks = useCalmFrame(4)?.checks ?? [];
  const groups = byKind(checks);
  if (groups.length === 0)
    return (
      <div className={styles.hint}>
        <Note>Checks begin with the run.</Note>
      </div>
    );
  return groups.map((group) => (
    <Section
      key={group.kind}
      title={group.title}
      id={`checks-${group.kind}`}
      aside={plural(group.checks.length, 'check')}
    >
      <ul className={styles.list}>
        {group.checks.map((check) => (
          <Check key={check.name} check={check} />
        ))}
      </ul>
    </Section>
  ));
}

function Check({ check }: { readonly check: CheckResult }) {
  const { session } = usePlayground();
  return (
    <li className={styles.check} data-verdict={check.verdict}>
      <span className={styles.head}>
        <span className={styles.name}>
          <Foreign text={check.name} limit={80} />
        </span>
        <VerdictMark verdict={check.verdict} />
      </span>
      <span className={styles.detail}>
        <Foreign text={check.detail} limit={300} />
      </span>
      {check.verdict === 'violated' && check.atMs !== null && (
        <Button icon="jump" onClick={() => session.seek(Math.round((check.atMs ?? 0) * 1_000))}>
          Go to {formatMs(check.atMs)}
        </Button>
      )}
    </li>
  );
}
