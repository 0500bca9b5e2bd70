/** A message: what it says, its bytes, its signature, and what became of each copy. */
import type { MessageDetails } from '../../../session/view.ts';
import { Button } from '../../components/controls.tsx';
import { Hash } from '../../components/Hash.tsx';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { Section } from '../../components/Section.tsx';
import { Badge, Facts, Note } from '../../components/small.tsx';
import { formatBytes, formatDuration, formatMs, plural, sentence } from '../../lib/format.ts';
import { useFrame, usePlayground, useUi } from '../../playground.tsx';
import { CatchIt } from './CatchIt.tsx';
import { JsonView } from './JsonView.tsx';
import { crossingsOf } from './crossing.ts';
import styles from './Panel.module.css';
import { hexRows, signatureText, transfersOf } from './selectors.ts';
import { useMessage } from './useDetails.ts';

const DUMP_ROWS = 64;
const CROSSINGS_SHOWN = 24;

export function MessageInspector({ id }: { readonly id: string }) {
  const answer = useMessage(id);
  if (answer.state === 'loading') return <p className={styles.intro}>Reading the message…</p>;
  if (answer.state === 'gone')
    return (
      <p className={styles.intro}>
        Message <code>{id}</code> is not in this run.
      </p>
    );
  return <Message message={answer.message} />;
}

function Message({ message }: { readonly message: MessageDetails }) {
  const { session } = usePlayground();
  const declaration = useFrame((frame) => frame.declaration, null);
  const engine = useFrame((frame) => frame.runtime.engine, '');
  const kind = declaration?.messages.find((entry) => entry.type === message.type);
  const forged = message.claimedFrom !== message.from;
  return (
    <>
      <header className={styles.header}>
        <div className={styles.titleRow}>
          {kind !== undefined && <PhaseGlyph phase={kind.phase} size={18} />}
          <h2>{sentence(message.label)}</h2>
          {forged && <Badge tone="bad">forged sender</Badge>}
          {message.signature.valid === false && <Badge tone="bad">bad signature</Badge>}
        </div>
        {kind !== undefined && <Note>{kind.explain}</Note>}
        <div className={styles.actions}>
          <Button icon="jump" onClick={() => session.seek(Math.round(message.sentAtMs * 1_000))}>
            Go to its sending
          </Button>
        </div>
      </header>
      <Section title="Message">
        <Facts
          items={[
            ['From', forged ? `${message.from}, in the name of ${message.claimedFrom}` : message.from],
            ['Sent', formatMs(message.sentAtMs)],
            [sentence(declaration?.words.slot ?? 'slot'), message.slot],
            [sentence(declaration?.words.epoch ?? 'epoch'), message.epoch],
            message.digest === '' ? null : ['About', <Hash key="digest" value={message.digest} what="digest" />],
            ['Size', `${formatBytes(message.bytes)} on the wire`],
            ['Name', <code key="id">{message.id}</code>],
          ]}
        />
      </Section>
      <Section title="Signature">
        <p className={styles.text}>{signatureText(message.signature)}</p>
        <Note>Cost in virtual time, from a table; the check itself was done by {engine}.</Note>
      </Section>
      <Section title="Catch it" startsFolded>
        <CatchIt message={message} />
      </Section>
      <Transactions message={message} />
      {declaration !== null && <Crossings transactions={crossingsOf(message, declaration)} />}
      <Section title="Copies" aside={plural(message.copies.length, 'copy', 'copies')}>
        <Copies message={message} />
      </Section>
      {message.content !== null && (
        <Section title="Fields">
          <JsonView value={message.content} label="Decoded message" />
        </Section>
      )}
      {message.rawHex !== null && <Dump title="Bytes" hex={message.rawHex} />}
      {message.signatureHex !== null && <Dump title="Signature bytes" hex={message.signatureHex} />}
      {message.rawHex === null && (
        <p className={styles.intro}>Its bytes are no longer in memory; the trace keeps the rest.</p>
      )}
    </>
  );
}

/** The transactions between shards that a message is about. */
function Crossings({ transactions }: { readonly transactions: readonly number[] }) {
  const { session } = usePlayground();
  const select = useUi((state) => state.select);
  const shown = transactions.slice(0, CROSSINGS_SHOWN).filter((number) => session.view().hasLife(number));
  if (shown.length === 0) return null;
  return (
    <Section title="About" {...(transactions.length > 1 ? { aside: plural(transactions.length, 'transaction') } : {})}>
      <div className={styles.actions}>
        {shown.map((transaction) => (
          <Button key={transaction} icon="jump" onClick={() => select({ kind: 'crossing', transaction })}>
            Transaction {transaction}
          </Button>
        ))}
      </div>
    </Section>
  );
}

/** The transfers of a client's batch, each with its life. */
function Transactions({ message }: { readonly message: MessageDetails }) {
  const select = useUi((state) => state.select);
  const transfers = transfersOf(message.content);
  if (transfers.length === 0) return null;
  return (
    <Section title="Transactions" aside={transfers.length}>
      <ul className={styles.flights}>
        {transfers.slice(0, 40).map(({ id, text }) => (
          <li key={id}>
            <button type="button" title="Follow the transaction" onClick={() => select({ kind: 'transaction', id })}>
              <span>{text}</span>
              <span className={styles.reason}>{id}</span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Copies({ message }: { readonly message: MessageDetails }) {
  return (
    <ul className={styles.copies}>
      {message.copies.map((copy, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a receiver can get two copies; their order never changes.
        <li key={index} data-fate={copy.fate}>
          <span className="mono">{copy.to}</span>
          <span>
            {copy.fate}
            {copy.arrivesAtMs !== null && copy.fate !== 'lost'
              ? ` after ${formatDuration((copy.arrivesAtMs - message.sentAtMs) * 1_000)}`
              : ''}
          </span>
          {copy.reason !== null && <span className={styles.reason}>{copy.reason}</span>}
        </li>
      ))}
    </ul>
  );
}

function Dump({ title, hex }: { readonly title: string; readonly hex: string }) {
  const rows = hexRows(hex, DUMP_ROWS);
  const hidden = hex.length / 2 - rows.length * 16;
  return (
    <Section title={title} aside={formatBytes(hex.length / 2)} startsFolded>
      <pre className={styles.dump}>{rows.join('\n')}</pre>
      {hidden > 0 && <Note>and {formatBytes(hidden)} more</Note>}
    </Section>
  );
}
