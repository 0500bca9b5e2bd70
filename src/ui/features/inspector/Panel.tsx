/** The inspector: whatever is selected, in full. */
import { IconButton } from '../../components/controls.tsx';
import { useUi } from '../../playground.tsx';
import { BlockInspector } from './BlockInspector.tsx';
import { CertificateInspector } from './CertificateInspector.tsx';
import { CrossingInspector } from './CrossingInspector.tsx';
import { LinkInspector } from './LinkInspector.tsx';
import { MessageInspector } from './MessageInspector.tsx';
import { NodeInspector } from './NodeInspector.tsx';
import { Overview } from './Overview.tsx';
import styles from './Panel.module.css';
import { TransactionInspector } from './TransactionInspector.tsx';

export function InspectorPanel() {
  const selection = useUi((state) => state.selection);
  const select = useUi((state) => state.select);
  return (
    <section className={styles.panel} aria-label="Inspector">
      {selection !== null && (
        <span className={styles.close}>
          <IconButton icon="close" label="Deselect" shortcut="Esc" onClick={() => select(null)} />
        </span>
      )}
      <Selected />
    </section>
  );
}

function Selected() {
  const selection = useUi((state) => state.selection);
  switch (selection?.kind) {
    case 'node':
      return <NodeInspector key={selection.node} node={selection.node} />;
    case 'message':
      return <MessageInspector key={selection.id} id={selection.id} />;
    case 'link':
      return <LinkInspector from={selection.from} to={selection.to} />;
    case 'block':
      return <BlockInspector height={selection.height} digest={selection.digest} />;
    case 'transaction':
      return <TransactionInspector key={selection.id} id={selection.id} />;
    case 'crossing':
      return <CrossingInspector key={selection.transaction} transaction={selection.transaction} />;
    case 'certificate':
      return <CertificateInspector node={selection.node} index={selection.index} />;
    default:
      return <Overview />;
  }
}
