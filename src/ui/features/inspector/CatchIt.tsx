/** A message caught on its way: dropped, delayed, doubled or altered, for one receiver or for all. */
import { useState } from 'react';
import type { MessageAction } from '../../../kernel/plan.ts';
import type { MessageDetails } from '../../../session/view.ts';
import { Button, NumberField, Select } from '../../components/controls.tsx';
import { Note } from '../../components/small.tsx';
import { useCatch } from '../../interventions.ts';
import styles from './Panel.module.css';

const ACTIONS: readonly { readonly action: MessageAction; readonly label: string; readonly explain: string }[] = [
  { action: 'drop', label: 'Drop', explain: 'It never arrives.' },
  { action: 'delay', label: 'Delay', explain: 'It arrives later by so much.' },
  { action: 'duplicate', label: 'Duplicate', explain: 'It arrives, and once more so much later.' },
  { action: 'alter', label: 'Alter', explain: 'One bit is turned over: its signature no longer fits.' },
];
const EVERYBODY = '';

export function CatchIt({ message }: { readonly message: MessageDetails }) {
  const catchMessage = useCatch();
  const [to, setTo] = useState(EVERYBODY);
  const [delayMs, setDelayMs] = useState(200);
  const receivers = [...new Set(message.copies.map((copy) => copy.to))];
  const options = [
    { value: EVERYBODY, label: receivers.length === 1 ? 'its copy' : 'every copy' },
    ...(receivers.length > 1 ? receivers.map((id) => ({ value: id, label: `the copy to ${id}` })) : []),
  ];
  const act = (action: MessageAction) =>
    void catchMessage({ messageId: message.id, to: to === EVERYBODY ? null : to, action, delayMs });
  return (
    <>
      <div className={styles.actions}>
        <Select label="Which copy" value={to} options={options} onChange={setTo} />
        <NumberField label="by" value={delayMs} min={1} max={100_000} unit="ms" onChange={setDelayMs} />
      </div>
      <div className={styles.actions}>
        {ACTIONS.map(({ action, label, explain }) => (
          <Button key={action} title={explain} onClick={() => act(action)}>
            {label}
          </Button>
        ))}
      </div>
      <Note>The run goes back to before it was sent and on to this moment without it as it was. Undo: Ctrl+Z.</Note>
    </>
  );
}
