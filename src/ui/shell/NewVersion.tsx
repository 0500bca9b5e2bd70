/** A new version of the page is there; the reader says when to change to it. The run of this tab is saved and taken up again. */
import { Button, IconButton } from '../components/controls.tsx';
import { useUi } from '../playground.tsx';
import styles from './Toasts.module.css';

export function NewVersion() {
  const change = useUi((state) => state.newVersion);
  const announce = useUi((state) => state.announceVersion);
  if (change === null) return null;
  return (
    <div className={styles.toast} role="status">
      <span>A new version of the playground is ready.</span>
      <Button tone="primary" onClick={change}>
        Reload
      </Button>
      <IconButton icon="close" label="Later" onClick={() => announce(null)} />
    </div>
  );
}
