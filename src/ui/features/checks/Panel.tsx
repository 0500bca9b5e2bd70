/** Every check with its verdict; a violated one jumps to its moment. */
import { lazy, Suspense } from 'react';
import type { CheckResult } from '../../../session/api.ts';
import { Button, IconButton } from '../../components/controls.tsx';
import { Section } from '../../components/Section.tsx';
import { Foreign, Note, VerdictMark } from '../../components/small.tsx';
import { formatMs, plainText, plural } from '../../lib/format.ts';
import { useAction, useCalmFrame, usePlayground } from '../../playground.tsx';
import styles from './Panel.module.css';
import { byKind } from './selectors.ts';

/** Brings the parser along, which nobody needs before this panel is open. */
const FormulaForm = lazy(() => import('./FormulaForm.tsx'));

export function ChecksPanel() {
  const checks = useCalmFrame(4)?.checks ?? [];
  const groups = byKind(checks);
  if (checks.length === 0)
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
      aside={plural(group.checks.length, group.kind === 'ltl' ? 'formula' : 'check')}
    >
      {group.kind === 'ltl' && (
        <Suspense>
          <FormulaForm />
        </Suspense>
      )}
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
  const act = useAction();
  return (
    <li className={styles.check} data-verdict={check.verdict}>
      <span className={styles.head}>
        <span className={styles.name}>
          <Foreign text={check.name} limit={80} />
        </span>
        <VerdictMark verdict={check.verdict} />
        {check.kind === 'ltl' && (
          <IconButton
            icon="close"
            label={`Remove formula ${plainText(check.name, 80)}`}
            onClick={() => void act(() => session.formulas.remove(check.name))}
          />
        )}
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
