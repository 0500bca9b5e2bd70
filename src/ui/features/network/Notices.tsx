/** What floats over the network: faults that are on, nodes marked together, the first hint. Each can be undone there. */
import { Button, IconButton } from '../../components/controls.tsx';
import { Icon } from '../../components/icons.tsx';
import { Foreign } from '../../components/small.tsx';
import { PHONE, useMedia } from '../../components/useMedia.ts';
import { briefFault, healWord } from '../../lib/faults.ts';
import { foldIds } from '../../lib/format.ts';
import { useAction, useFaults, useFrame, useInject, usePlayground, useUi } from '../../playground.tsx';
import styles from './Notices.module.css';
import { partitionOf } from './selectors.ts';

const FAULTS_SHOWN = 3;
/** On a phone a second one would lie on the validators. */
const FAULTS_SHOWN_PHONE = 1;

export function Notices() {
  return (
    <div className={styles.notices} data-notices>
      <Hint />
      <Marked />
      <Faults />
    </div>
  );
}

/** Shown while all is well, until a node was selected once or it was put away. */
function Hint() {
  const hinted = useUi((state) => state.hinted);
  const endHint = useUi((state) => state.endHint);
  const phone = useMedia(PHONE);
  const begun = useFrame((frame) => frame.height > 0 && frame.faults.length === 0, false);
  if (hinted || !begun) return null;
  return (
    <div className={styles.notice} data-tone="hint" data-floats>
      <span title="Shift-click several to cut them off from the rest">
        {phone ? 'Tap' : 'Click'} a validator to break it
      </span>
      <IconButton icon="close" label="Put the hint away" onClick={endHint} />
    </div>
  );
}

function Marked() {
  const marked = useUi((state) => state.marked);
  const clear = useUi((state) => state.clearMarks);
  const nodes = useFrame((frame) => frame.nodes, null);
  const inject = useInject();
  if (nodes === null || marked.length === 0) return null;
  const groups = partitionOf(nodes, marked);
  const cutOff = () => {
    if (groups === null) return;
    clear();
    void inject({ kind: 'partition', groups: [[...groups[0]], [...groups[1]]] });
  };
  return (
    <fieldset className={styles.notice} aria-label="Marked nodes" data-floats>
      <span>{foldIds(marked.map((node) => nodes[node]?.id).join(', '))}</span>
      <Button tone="primary" onClick={cutOff} disabled={groups === null} title="A partition between these and the rest">
        Cut off
      </Button>
      <IconButton icon="close" label="Unmark all" shortcut="Esc" onClick={clear} />
    </fieldset>
  );
}

/** The faults in force at the playhead, each with a button while it can be ended. */
function Faults() {
  const { session } = usePlayground();
  const act = useAction();
  const openRail = useUi((state) => state.openRail);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  const faults = useFaults(4);
  const shown = useMedia(PHONE) ? FAULTS_SHOWN_PHONE : FAULTS_SHOWN;
  const hidden = faults.length - shown;
  const showAll = () => {
    openRail('faults');
    openPhoneTab('faults');
  };
  return (
    <>
      {faults.slice(-shown).map((fault) => (
        <div
          key={fault.id}
          className={styles.notice}
          data-floats
          data-tone={fault.kind === 'byzantine' ? 'bad' : 'fault'}
        >
          <Icon name="faults" size={14} />
          <span>
            <Foreign text={briefFault(fault.text)} limit={60} />
          </span>
          {fault.canEnd && (
            <Button
              onClick={() => void act(() => session.heal(fault.id))}
              label={`${healWord(fault.kind)}: ${briefFault(fault.text)}`}
            >
              {healWord(fault.kind)}
            </Button>
          )}
        </div>
      ))}
      {hidden > 0 && (
        <div data-floats>
          <Button onClick={showAll}>{hidden} more</Button>
        </div>
      )}
    </>
  );
}
