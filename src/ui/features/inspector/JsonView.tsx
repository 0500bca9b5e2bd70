/** Plain data as indented text, cut where it is too long to read. */
import { useMemo } from 'react';
import styles from './Panel.module.css';

const LIMIT = 12_000;

export function JsonView({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = useMemo(() => toText(value), [value]);
  return (
    <section aria-label={label}>
      <pre className={styles.json}>{text}</pre>
    </section>
  );
}

function toText(value: unknown): string {
  const text =
    JSON.stringify(value, (_, entry: unknown) => (entry instanceof Uint8Array ? `${entry.length} bytes` : entry), 1) ??
    '–';
  const compact = text.replace(
    /\[\s+([^[\]{}]{1,120}?)\s+\]/g,
    (_, inner: string) => `[${inner.replace(/\s+/g, ' ')}]`,
  );
  return compact.length > LIMIT ? `${compact.slice(0, LIMIT)}\n…` : compact;
}
