/** The link that holds the whole scenario, faults done by hand included; and the same run as things to paste. */
import { useCallback, useEffect, useState } from 'react';
import { Button, controlStyles } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Note } from '../../components/small.tsx';
import { usePlayground, useUi } from '../../playground.tsx';
import { commandLine, playwrightTest } from './copyAs.ts';
import { copyText } from './download.ts';
import { fitsQrCode, QrCode } from './QrCode.tsx';
import { runAtHand } from './readRun.ts';
import styles from './ShareDialog.module.css';
import { useMade } from './useMade.ts';

interface Link {
  readonly href: string;
  readonly payload: string;
}

export default function ShareDialog() {
  const openDialog = useUi((state) => state.openDialog);
  const { session, catalogue } = usePlayground();
  const make = useCallback(async (): Promise<Link> => {
    const payload = await catalogue.encodeLink(await session.scenario());
    const url = new URL(location.href);
    url.hash = `s=${payload}`;
    return { href: url.href, payload };
  }, [session, catalogue]);
  const { value: link, problem } = useMade(make);
  return (
    <Dialog title="Share" onClose={() => openDialog(null)}>
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
        <LinkPart link={link} />
        <CopyAs link={link} />
        <div className={styles.row}>
          <Button icon="download" onClick={() => openDialog('export')}>
            Export as a file…
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function LinkPart({ link }: { readonly link: Link | null }) {
  const [copied, setCopied] = useState(false);
  const title = usePlayground().session.frame()?.scenario.name ?? '';
  useEffect(() => {
    if (link !== null) void copyText(link.href).then(setCopied);
  }, [link]);
  const canShare = typeof navigator.share === 'function';
  return (
    <div className={styles.link}>
      <div className={styles.stack}>
        <textarea
          className={controlStyles['textarea']}
          rows={4}
          readOnly
          value={link?.href ?? 'Packing the scenario…'}
          aria-label="Link"
          onFocus={(event) => event.target.select()}
        />
        <div className={styles.row}>
          <Button
            icon={copied ? 'check' : 'copy'}
            tone="primary"
            disabled={link === null}
            onClick={() => void copyText(link?.href ?? '').then(setCopied)}
          >
            {copied ? 'Copied' : 'Copy link'}
          </Button>
          {canShare && (
            <Button icon="share" disabled={link === null} onClick={() => void shareLink(title, link?.href ?? '')}>
              Send to…
            </Button>
          )}
        </div>
        <Note>
          {link === null
            ? ''
            : `${link.href.length} characters. Nothing is uploaded: the scenario is in the link itself.`}
        </Note>
      </div>
      {link !== null && fitsQrCode(link.href) && (
        <QrCode className={styles.code} text={link.href} label="QR code of the link" />
      )}
      {link !== null && !fitsQrCode(link.href) && <Note>Too long for a QR code: send the link or the scenario.</Note>}
    </div>
  );
}

/** What the system offers to send a link with. A reader who changes their mind is no error. */
async function shareLink(title: string, url: string): Promise<void> {
  try {
    await navigator.share({ title, url });
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/** Shown as text too, for where a browser keeps its clipboard shut. */
function CopyAs({ link }: { readonly link: Link | null }) {
  const { session } = usePlayground();
  const [shown, setShown] = useState<{ readonly what: string; readonly text: string; readonly copied: boolean } | null>(
    null,
  );
  const [problem, setProblem] = useState<string | null>(null);
  const copy = async (what: string, make: () => Promise<string>) => {
    try {
      const text = await make();
      setShown({ what, text, copied: await copyText(text) });
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const timeMs = async () => (await session.state()).timeMs;
  return (
    <>
      <div className={styles.row}>
        <Button
          icon="copy"
          onClick={() => void copy('Playwright test', async () => playwrightTest(await runAtHand(session)))}
        >
          Copy as Playwright test
        </Button>
        <Button
          icon="copy"
          disabled={link === null}
          onClick={() => void copy('Command line', async () => commandLine(link?.payload ?? '', await timeMs()))}
        >
          Copy as command line
        </Button>
      </div>
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      {shown !== null && (
        <>
          <textarea
            className={controlStyles['textarea']}
            rows={6}
            readOnly
            value={shown.text}
            aria-label={shown.what}
            onFocus={(event) => event.target.select()}
          />
          <Note>{shown.copied ? `${shown.what}: copied.` : `${shown.what}: select it and copy it by hand.`}</Note>
        </>
      )}
    </>
  );
}
