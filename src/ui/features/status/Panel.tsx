/** The status line at the very bottom, and the polite region that tells screen readers of height, view and violations. */
import { useEffect, useState } from 'react';
import { Hash } from '../../components/Hash.tsx';
import { Icon } from '../../components/icons.tsx';
import { formatMs, formatTime } from '../../lib/format.ts';
import { progressAt } from '../../lib/moments.ts';
import type { Frame } from '../../../session/view.ts';
import { useCalmFrame, useCalmPlayhead, usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';
import { agreementAt, announcement, checkSummary, earliest, marksUntil, newsOf } from './selectors.ts';

const PER_SECOND = 8;
const ANNOUNCE_EVERY_MS = 1_500;

export function StatusPanel() {
  const { session } = usePlayground();
  const frame = useCalmFrame(PER_SECOND);
  if (frame === null) {
    return (
      <footer className={styles.line}>
        <Announcer />
      </footer>
    );
  }
  const { agreeing, validators } = agreementAt(session.view(), frame.nodes, frame.playhead);
  const { words } = frame.declaration;
  const { height, epoch } = progressAt(session.view(), frame.nodes, frame.playhead);
  return (
    <footer className={styles.line} data-violated={frame.checks.some(({ verdict }) => verdict === 'violated')}>
      <Clock />
      <span>
        {words.slot} {height}
      </span>
      {(frame.declaration.hasLeader !== false || epoch > 0) && (
        <span>
          {words.epoch} {epoch}
        </span>
      )}
      <span>
        {agreeing} of {validators} agree
      </span>
      <Checks frame={frame} />
      <span
        className={styles.fingerprint}
        title="Hash over the whole trace so far: the same seed gives the same one anywhere"
      >
        <Hash value={frame.fingerprint} what="fingerprint" />
      </span>
      <span className={styles.runtime} title={engineText(frame.runtime)}>
        {frame.runtime.suite} · {frame.runtime.engine} ·{' '}
        {frame.runtime.executor === 'workers' ? `${frame.runtime.workers} workers` : 'one thread'}
      </span>
      {frame.runtime.notice !== null && <span className={styles.notice}>{frame.runtime.notice}</span>}
      <span className={styles.honest}>Keys come from the seed and hold no value.</span>
      <Announcer />
    </footer>
  );
}

/** As often as the clock beside the timeline, so that the two say the same. */
function Clock() {
  return <span>{formatTime(useCalmPlayhead(20))}</span>;
}

function engineText({ suite, engine, verifyAhead }: Frame['runtime']): string {
  return `${suite}, signed and verified by ${engine}${verifyAhead ? '; verified ahead by the browser' : ''}`;
}

/** All checks in one line; violated ones as a button that goes to the moment of the first. */
function Checks({ frame }: { readonly frame: Frame }) {
  const { session } = usePlayground();
  const openRail = useUi((state) => state.openRail);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  const { text, violated } = checkSummary(frame.checks);
  const first = earliest(violated);
  if (violated.length === 0)
    return (
      <span className={styles.checks}>
        <Icon name="check" size={13} />
        {text}
      </span>
    );
  const jump = () => {
    openRail('checks');
    openPhoneTab('checks');
    if (first !== null) session.seek(Math.round(first * 1_000));
  };
  return (
    <button type="button" className={styles.checks} onClick={jump} title="Go to the moment of the violation">
      <Icon name="alert" size={15} />
      <span className={styles.violated}>{text}</span>
      {first !== null && <span className={styles.jump}>Go to {formatMs(first)}</span>}
    </button>
  );
}

/** Says what changed, not every frame: every mark since the last time, then how things stand. */
function Announcer() {
  const { session, store } = usePlayground();
  const [text, setText] = useState('');
  useEffect(() => {
    let last: Frame | null = null;
    let marks = 0;
    const tell = () => {
      const frame = store.getState().frame;
      if (frame === null) return;
      const { markers } = session.view();
      // What the run has ahead of the playhead is no news yet; somebody who looks back still hears of the run.
      const reached = frame.following ? marksUntil(markers, frame.playhead) : markers.length;
      // Another run, or this one taken back, starts its list again.
      if (frame.runId !== last?.runId || reached < marks) marks = reached;
      const news = newsOf(markers.slice(marks, reached));
      const standing = announcement(frame);
      if (news !== '' || last === null || standing !== announcement(last)) setText(`${news}${standing}`);
      last = frame;
      marks = reached;
    };
    tell();
    const timer = setInterval(tell, ANNOUNCE_EVERY_MS);
    return () => clearInterval(timer);
  }, [session, store]);
  return (
    <span role="status" aria-live="polite" className="visually-hidden">
      {text}
    </span>
  );
}
