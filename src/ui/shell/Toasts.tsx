/** Short notices: what was done, and what could not be. */
import { Button, IconButton } from '../components/controls.tsx';
import { Foreign } from '../components/small.tsx';
import { useUi } from '../playground.tsx';
import { NewVersion } from './NewVersion.tsx';
import styles from './Toasts.module.css';

export function Toasts() {
  const toasts = useUi((state) => state.toasts);
  const dismiss = useUi((state) => state.dismiss);
  return (
    <div className={styles.toasts}>
      <NewVersion />
      {toasts.map((toast) => (
        <div
          key={toast.id}
          className={styles.toast}
          data-tone={toast.tone}
          role={toast.tone === 'error' ? 'alert' : undefined}
        >
          <span>
            <Foreign text={toast.text} limit={300} />
          </span>
          {toast.action !== null && (
            <Button
              onClick={() => {
                toast.action?.run();
                dismiss(toast.id);
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <IconButton icon="close" label="Dismiss" onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
