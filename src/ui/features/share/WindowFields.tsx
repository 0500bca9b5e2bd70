/** Chooses the part of the run that an export covers. */
import { NumberField, Select } from '../../components/controls.tsx';
import styles from './ExportDialog.module.css';
import type { WindowChoice, WindowState } from './window.ts';

interface Props {
  readonly value: WindowState;
  /** What the format covers when nothing is chosen. */
  readonly whole: string;
  readonly onChange: (value: WindowState) => void;
}

export function WindowFields({ value, whole, onChange }: Props) {
  const options = [
    { value: 'default', label: whole },
    { value: 'playhead', label: 'Up to the playhead' },
    { value: 'second', label: 'The second before the playhead' },
    { value: 'range', label: 'From … to …' },
  ];
  return (
    <div className={styles.fields}>
      <Select
        label="Part of the run"
        showLabel
        value={value.choice}
        options={options}
        onChange={(choice) => onChange({ ...value, choice: choice as WindowChoice })}
      />
      {value.choice === 'range' && (
        <>
          <NumberField
            label="From"
            unit="ms"
            min={0}
            max={1e12}
            value={value.fromMs}
            onChange={(fromMs) => onChange({ ...value, fromMs })}
          />
          <NumberField
            label="To"
            unit="ms"
            min={0}
            max={1e12}
            value={value.toMs}
            onChange={(toMs) => onChange({ ...value, toMs })}
          />
        </>
      )}
    </div>
  );
}
