/** A client's transfers: sends one by hand, and finds one by its id. */
import { type FormEvent, useState } from 'react';
import type { NodeDetails } from '../../../session/api.ts';
import { Button, controlStyles, NumberField } from '../../components/controls.tsx';
import { Note } from '../../components/small.tsx';
import { useAction, usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';

export function SubmitForm({ details }: { readonly details: NodeDetails }) {
  const { session } = usePlayground();
  const act = useAction();
  const select = useUi((state) => state.select);
  const accounts = accountsOf(details);
  const [transfer, setTransfer] = useState({ from: accounts[0] ?? 0, to: (accounts[0] ?? 0) + 1, amount: 1 });
  const [wanted, setWanted] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      const { from, to, amount } = transfer;
      const id = await session.submit({ from: `a${from}`, to: `a${to}`, amount, client: details.id });
      select({ kind: 'transaction', id });
    });
  };
  const find = (event: FormEvent) => {
    event.preventDefault();
    select({ kind: 'transaction', id: wanted.trim() });
  };
  const change = (part: Partial<typeof transfer>) => setTransfer({ ...transfer, ...part });
  return (
    <>
      <form className={styles.actions} onSubmit={submit}>
        <NumberField label="From a" value={transfer.from} min={0} max={99_999} onChange={(from) => change({ from })} />
        <NumberField label="to a" value={transfer.to} min={0} max={99_999} onChange={(to) => change({ to })} />
        <NumberField
          label="units"
          value={transfer.amount}
          min={1}
          max={1e9}
          onChange={(amount) => change({ amount })}
        />
        <Button type="submit">Send a transfer</Button>
      </form>
      {accounts.length > 0 && (
        <Note>
          Its accounts: a{accounts.slice(0, 6).join(', a')}
          {accounts.length > 6 ? ' …' : ''}
        </Note>
      )}
      <form className={styles.actions} onSubmit={find}>
        <input
          className={controlStyles['input']}
          aria-label="Transaction id"
          placeholder="Transaction id"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <Button type="submit" disabled={!/^[0-9a-f]{16}$/.test(wanted.trim())}>
          Follow
        </Button>
      </form>
    </>
  );
}

function accountsOf({ details }: NodeDetails): readonly number[] {
  const { accounts } = details;
  return Array.isArray(accounts) ? accounts.filter((account): account is number => typeof account === 'number') : [];
}
