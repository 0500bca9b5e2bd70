/** The values that people change first, read from the text and written back into it. */
import { useRef } from 'react';
import { controlStyles, Select } from '../../../components/controls.tsx';
import { usePlayground } from '../../../playground.tsx';
import styles from './Editor.module.css';
import { documentOf, FORM_FIELDS, type FormField, fieldValue, protocolOptions, withField } from './form.ts';

interface Props {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

export function EditorForm({ text, onChange }: Props) {
  const document = documentOf(text);
  // While the text is half-written the fields keep showing what it said last.
  const last = useRef(document);
  if (document !== null) last.current = document;
  return (
    <fieldset className={styles.form} disabled={document === null} aria-label="Form">
      {FORM_FIELDS.map((field) => (
        <Field
          key={field.label}
          field={field}
          value={last.current === null ? undefined : fieldValue(last.current, field)}
          onChange={(value) => document !== null && onChange(withField(document, field, value))}
        />
      ))}
    </fieldset>
  );
}

interface FieldProps {
  readonly field: FormField;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function Field({ field, value, onChange }: FieldProps) {
  const { catalogue } = usePlayground();
  const { kind, label, min, max, step = 1, unit } = field;
  if (kind === 'choice') {
    const options = protocolOptions(value, catalogue.protocols);
    const chosen = typeof value === 'string' ? value : '';
    return <Select label={label} showLabel value={chosen} options={options} onChange={onChange} />;
  }
  const isNumber = kind === 'number';
  // A list of validators is more than a number: it is edited as JSON.
  const complex = typeof value === 'object' && value !== null;
  return (
    <label className={styles.field}>
      <span>{unit === undefined ? label : `${label}, ${unit}`}</span>
      <input
        className={controlStyles['input']}
        type={isNumber ? 'number' : 'text'}
        value={complex ? '' : String(value ?? '')}
        placeholder={complex ? 'see the JSON' : undefined}
        disabled={complex}
        min={min}
        max={max}
        step={step}
        onChange={(event) => {
          const { valueAsNumber, value: written } = event.target;
          if (!isNumber) onChange(written);
          else if (Number.isFinite(valueAsNumber)) onChange(valueAsNumber);
        }}
      />
    </label>
  );
}
