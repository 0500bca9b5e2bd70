/** One certificate that a node holds: what it is about, who signed it, who did not, and everything it contains. */
import type { NodeIndex } from '../../../core/ids.ts';
import { Button } from '../../components/controls.tsx';
import { Section } from '../../components/Section.tsx';
import { Badge, Facts, Foreign, Note } from '../../components/small.tsx';
import { plural } from '../../lib/format.ts';
import { useCalmFrame, useUi } from '../../playground.tsx';
import { JsonView } from './JsonView.tsx';
import styles from './Panel.module.css';
import { brief, certificateView } from './selectors.ts';
import { useNodeDetails } from './useDetails.ts';

export function CertificateInspector({ node, index }: { readonly node: NodeIndex; readonly index: number }) {
  const frame = useCalmFrame(2);
  const select = useUi((state) => state.select);
  const info = frame?.nodes[node];
  const details = useNodeDetails(info?.id ?? null);
  if (frame === null || info === undefined || details === null)
    return <p className={styles.intro}>Reading the certificate…</p>;
  const certificate = details.certificates[index];
  if (certificate === undefined) return <p className={styles.intro}>{info.id} no longer holds this certificate.</p>;
  const { title, signers, needed: stated } = certificateView(certificate, frame.nodes);
  const validators = frame.nodes.filter(({ kind }) => kind === 'validator');
  const silent = validators.filter(({ id }) => !signers.includes(id)).map(({ id }) => id);
  const needed = stated ?? frame.declaration.quorum(validators.length);
  const fields = Object.entries(certificate as Record<string, unknown>).filter(([, value]) => !Array.isArray(value));
  return (
    <>
      <header className={styles.header}>
        <div className={styles.titleRow}>
          <h2>Certificate</h2>
          {signers.length > 0 && (
            <Badge {...(signers.length >= needed ? {} : { tone: 'bad' as const })}>
              {signers.length} of {needed} needed
            </Badge>
          )}
        </div>
        <Note>
          <Foreign text={title} limit={160} />
        </Note>
        <div className={styles.actions}>
          <Button icon="back" onClick={() => select({ kind: 'node', node })}>
            {info.id}
          </Button>
        </div>
      </header>
      <Section title="About">
        <Facts items={fields.map(([name, value]) => [name, brief(value)] as const)} />
      </Section>
      <Section title="Signed by" aside={plural(signers.length, 'validator')}>
        <p className={styles.signers}>{signers.length === 0 ? 'Its protocol does not say.' : signers.join(' ')}</p>
        {signers.length > 0 && silent.length > 0 && <Note>Not in it: {silent.join(' ')}</Note>}
      </Section>
      <Section title="Everything">
        <JsonView value={certificate} label="The certificate" />
      </Section>
    </>
  );
}
