/** Everything a node knows, and what can be done to it. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { NodeDetails } from '../../../session/api.ts';
import type { Frame } from '../../../session/view.ts';
import { Button } from '../../components/controls.tsx';
import { Hash } from '../../components/Hash.tsx';
import { Section } from '../../components/Section.tsx';
import { Badge, Facts, Foreign, Note } from '../../components/small.tsx';
import { fieldText } from '../../lib/fields.ts';
import { briefFault } from '../../lib/faults.ts';
import { formatCount, formatTime, plural, sentence } from '../../lib/format.ts';
import { isDown } from '../../lib/moments.ts';
import { useAction, useCalmFrame, useFaults, usePlayground, useUi } from '../../playground.tsx';
import { FaultMenu } from './FaultMenu.tsx';
import { JsonView } from './JsonView.tsx';
import { NodeActivity } from './NodeActivity.tsx';
import styles from './Panel.module.css';
import { QuorumView } from './QuorumView.tsx';
import { SubmitForm } from './SubmitForm.tsx';
import { brief, certificateView, timeLeft } from './selectors.ts';
import { useNodeDetails } from './useDetails.ts';

const PER_SECOND = 6;

export function NodeInspector({ node }: { readonly node: NodeIndex }) {
  const { session } = usePlayground();
  const frame = useCalmFrame(PER_SECOND);
  const info = frame?.nodes[node];
  const details = useNodeDetails(info?.id ?? null);
  if (frame === null || info === undefined) return null;
  const trace = session.view();
  const moment = trace.nodeAt(node, frame.playhead);
  const quorum = info.kind === 'validator' ? trace.quorumAt(node, frame.playhead) : null;
  const fields = frame.declaration.fields.filter(
    ({ name, isOptional }) => name in moment.fields && !(isOptional === true && moment.fields[name] === null),
  );
  return (
    <>
      <header className={styles.header}>
        <div className={styles.titleRow}>
          <h2 className="mono">{info.id}</h2>
          <Badge>{String(moment.fields['role'] ?? info.kind)}</Badge>
          {isDown(moment) && <Badge tone="off">crashed</Badge>}
          {moment.byzantine !== null && <Badge tone="bad">Byzantine: {moment.byzantine}</Badge>}
        </div>
        <Note>
          {info.kind === 'validator'
            ? `stake ${formatCount(info.stake)}, ${info.region}, ${info.suite}`
            : `client, ${info.suite}`}
        </Note>
        <NodeActions frame={frame} node={info} />
      </header>
      <Section title="State" aside={`since ${formatTime(moment.changedAt)}`}>
        <Facts
          items={fields.map(
            (field) => [field.label, fieldText(field, moment.fields[field.name], frame.nodes), field.explain] as const,
          )}
        />
      </Section>
      {quorum !== null && (
        <Section title="Votes" aside={sentence(frame.declaration.messages[quorum.type]?.label ?? '')}>
          <QuorumView quorum={quorum} frame={frame} />
        </Section>
      )}
      <NodeActivity frame={frame} node={node} />
      {details !== null && info.kind === 'client' && (
        <Section title="Transactions">
          <SubmitForm details={details} />
        </Section>
      )}
      {details !== null && <Knowledge node={node} details={details} frame={frame} />}
    </>
  );
}

function NodeActions({ frame, node }: { readonly frame: Frame; readonly node: Frame['nodes'][number] }) {
  const { session } = usePlayground();
  const act = useAction();
  const mine = useFaults(PER_SECOND).filter(
    ({ targets, kind, canEnd }) =>
      canEnd && targets.includes(node.id) && (targets.length === 1 || kind === 'partition'),
  );
  return (
    <div className={styles.actions}>
      <FaultMenu frame={frame} node={node} />
      {mine.map((fault) => (
        <Button key={fault.id} title={briefFault(fault.text)} onClick={() => void act(() => session.heal(fault.id))}>
          {fault.kind === 'crash' ? 'Restart' : `Heal ${fault.kind}`}
        </Button>
      ))}
    </div>
  );
}

/** Live knowledge of the node, as it stands where the run has got to. */
function Knowledge({
  node,
  details,
  frame,
}: {
  readonly node: NodeIndex;
  readonly details: NodeDetails;
  readonly frame: Frame;
}) {
  const nowMs = frame.head / 1_000;
  const select = useUi((state) => state.select);
  return (
    <>
      {!frame.following && (
        <div className={styles.notice}>
          <Note>Below: what it knows now, at {formatTime(frame.head)}, not at the playhead.</Note>
        </div>
      )}
      <Section title="Timers" aside={details.timers.length === 0 ? 'none' : undefined} startsFolded={false}>
        {details.timers.length === 0 ? (
          <Note>None is running.</Note>
        ) : (
          <Facts items={details.timers.map((timer) => [timer.timer, timeLeft(timer.dueMs, nowMs)] as const)} />
        )}
      </Section>
      <Section title="Certificates and lock" aside={details.certificates.length}>
        <Facts items={[['Lock', brief(details.lock)]]} />
        <ul className={styles.certificates}>
          {details.certificates
            .map((certificate, index) => ({ certificate, index }))
            .slice(-CERTIFICATES_SHOWN)
            .toReversed()
            .map(({ certificate, index }) => (
              <Certificate
                key={index}
                certificate={certificate}
                nodes={frame.nodes}
                open={() => select({ kind: 'certificate', node, index })}
              />
            ))}
        </ul>
      </Section>
      <Section title="Log" aside={plural(details.log.length, 'entry', 'entries')} startsFolded>
        <JsonView value={details.log.slice(-20).toReversed()} label="Log, newest first" />
      </Section>
      <Section title="Ledger" startsFolded>
        <Facts
          items={[
            [
              'State root',
              details.ledgerRoot === null ? '–' : <Hash key="root" value={details.ledgerRoot} what="state root" />,
            ],
            ['Accounts', formatCount(details.balances.length)],
            ['Units in all', formatCount(details.balances.reduce((sum, balance) => sum + balance, 0))],
            ['Mempool', plural(details.mempoolSize, 'transaction')],
          ]}
        />
        {details.balances.length > 0 && (
          <JsonView
            value={Object.fromEntries(details.balances.slice(0, 200).map((balance, index) => [`a${index}`, balance]))}
            label="Balances"
          />
        )}
      </Section>
      <Section title="Machine" startsFolded>
        <Facts
          items={[
            ['Inbox', plural(details.inboxLength, 'message')],
            ['CPU busy until', details.cpuBusyUntilMs > nowMs ? formatTime(details.cpuBusyUntilMs * 1_000) : 'idle'],
          ]}
        />
        <JsonView value={details.details} label="Everything else" />
      </Section>
    </>
  );
}

const CERTIFICATES_SHOWN = 4;

function Certificate({
  certificate,
  nodes,
  open,
}: {
  readonly certificate: unknown;
  readonly nodes: Frame['nodes'];
  readonly open: () => void;
}) {
  const { title, signers } = certificateView(certificate, nodes);
  return (
    <li>
      <button type="button" className={styles.link} onClick={open} title="Show the certificate">
        <Foreign text={title} limit={120} />
      </button>
      {signers.length > 0 && <span className={styles.signers}>signed by {signers.join(' ')}</span>}
    </li>
  );
}
