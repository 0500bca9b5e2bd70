/** A hash as `3f9a…c2`, whole in the tooltip, with a button that copies it. */
import { useState } from 'react';
import { shortHash } from '../lib/format.ts';
import styles from './small.module.css';
import { Icon } from './icons.tsx';

const CONFIRMED_MS = 1_200;

export function Hash({ value, what }: { readonly value: string; readonly what: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard?.writeText(value).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), CONFIRMED_MS);
      },
      () => undefined,
    );
  };
  return (
    <button
      type="button"
      className={styles.hash}
      onClick={copy}
      title={value}
      aria-label={`Copy ${what} ${shortHash(value)}`}
    >
      <span className="mono">{shortHash(value)}</span>
      <Icon name={copied ? 'check' : 'copy'} size={12} />
    </button>
  );
}
