/** The link that holds the whole scenario, faults done by hand included. */
import { useEffect, useState } from 'react';
import { Button, controlStyles } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Note } from '../../components/small.tsx';
import { errorText, usePlayground, useUi } from '../../playground.tsx';
import styles from './ShareDialog.module.css';

export default function ShareDialog() {
  const { session, catalogue } = usePlayground();
  const close = useUi((state) => state.openDialog);
  const [link, setLink] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    let stale = false;
    const make = async () => {
      const payload = await catalogue.encodeLink(await session.scenario());
      const url = new URL(location.href);
      url.hash = `s=${payload}`;
      if (stale) return;
      setLink(url.href);
      setCopied(await copyText(url.href));
    };
    make().catch((error: unknown) => {
      if (!stale) setProblem(errorText(error));
    });
    return () => {
      stale = true;
    };
  }, [session, catalogue]);
  return (
    <Dialog title="Share" onClose={() => close(null)}>
      <div className={styles.stack}>
        <p>
          This link holds the whole scenario: seed, network, faults, and everything done by hand so far. Whoever opens
          it sees the same run, to the last byte.
        </p>
        {problem !== null && (
          <p role="alert" className={styles.problem}>
            {problem}
          </p>
        )}
        <textarea
          className={controlStyles['textarea']}
          rows={4}
          readOnly
          value={link ?? 'Packing the scenario…'}
          aria-label="Link"
          onFocus={(event) => event.target.select()}
        />
        <div className={styles.row}>
          <Button
            icon={copied ? 'check' : 'copy'}
            tone="primary"
            disabled={link === null}
            onClick={() => void copyText(link ?? '').then(setCopied)}
          >
            {copied ? 'Copied' : 'Copy link'}
          </Button>
          <Note>
            {link === null ? '' : `${link.length} characters. Nothing is uploaded: the scenario is in the link itself.`}
          </Note>
        </div>
      </div>
    </Dialog>
  );
}

/** Whether the text reached the clipboard; a browser may refuse. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
