/** Adds a temporal formula to the run at hand: written with completion, or made from a template. */
import { type FormEvent, type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { bindFormula } from '../../../checks/ltl/bind.ts';
import { describeFormulaProblem } from '../../../checks/ltl/parse.ts';
import type { Setting } from '../../../checks/ltl/scene.ts';
import { fillTemplate, TEMPLATES } from '../../../checks/ltl/templates.ts';
import { LIBRARY } from '../../../checks/properties/library.ts';
import { Button, controlStyles, Select } from '../../components/controls.tsx';
import { useAction, useFrame, usePlayground } from '../../playground.tsx';
import { completionsAt, type Suggestion } from './completion.ts';
import styles from './FormulaForm.module.css';

const EXAMPLE = { p: 'crash', s: 'viewChanged', q: 'fault', r: 'heal', within: '5s' };
const NAME_MAX = 200;
const LENGTH_MAX = 1000;

/** Ready-made properties, then the templates with an example filled in: what the field shows once one is chosen. */
const READY = [
  ...LIBRARY.map(({ name, ltl }) => ({ label: name, ltl })),
  ...TEMPLATES.map((template) => ({ label: template.says, ltl: fillTemplate(template, EXAMPLE) })),
];
const TEMPLATE_OPTIONS = [
  { value: '', label: 'Template…' },
  ...READY.map(({ label }, index) => ({ value: String(index), label })),
];

export default function FormulaForm() {
  const { session } = usePlayground();
  const act = useAction();
  const setting = useSetting();
  const [text, setText] = useState('');
  const problem = useMemo(() => problemOf(text, setting), [text, setting]);
  const add = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const ltl = text.trim();
    if (ltl === '' || problem !== null) return;
    if (!(await act(() => session.formulas.add({ name: ltl.slice(0, NAME_MAX), ltl })))) return;
    setText('');
    // The button has nothing more to add: whoever pressed it goes on with the next one.
    form.querySelector('input')?.focus();
  };
  const choose = (index: string) => {
    const chosen = READY[Number(index)];
    if (index !== '' && chosen !== undefined) setText(chosen.ltl);
  };
  return (
    <form className={styles.form} onSubmit={(event) => void add(event)}>
      <FormulaField text={text} setting={setting} problem={problem} onChange={setText} />
      <div className={styles.row}>
        <Select label="Template" value="" options={TEMPLATE_OPTIONS} onChange={choose} />
        <Button type="submit" disabled={setting === null || text.trim() === '' || problem !== null}>
          Add formula
        </Button>
      </div>
    </form>
  );
}

interface FieldProps {
  readonly text: string;
  readonly setting: Setting | null;
  readonly problem: string | null;
  readonly onChange: (text: string) => void;
}

function FormulaField({ text, setting, problem, onChange }: FieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [caret, setCaret] = useState<number | null>(null);
  const [chosen, setChosen] = useState(0);
  const suggestions = setting === null || caret === null ? [] : completionsAt(text, caret, setting);
  const open = suggestions.length > 0;
  const active = Math.min(chosen, suggestions.length - 1);
  const accept = ({ text: word, from }: Suggestion) => {
    const next = text.slice(0, from) + word + text.slice(caret ?? text.length);
    const at = from + word.length;
    // At once: whoever goes on typing before the next picture must not have the caret moved under their hands.
    flushSync(() => {
      onChange(next);
      setCaret(null);
    });
    input.current?.setSelectionRange(at, at);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!open) return;
    const suggestion = suggestions[active];
    if (event.key === 'ArrowDown') setChosen((active + 1) % suggestions.length);
    else if (event.key === 'ArrowUp') setChosen((active + suggestions.length - 1) % suggestions.length);
    else if ((event.key === 'Enter' || event.key === 'Tab') && suggestion !== undefined) accept(suggestion);
    else if (event.key === 'Escape') setCaret(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={styles.field}>
      <input
        ref={input}
        className={controlStyles['input']}
        role="combobox"
        aria-label="Formula"
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-activedescendant={open ? `${id}-${active}` : undefined}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-problem`}
        value={text}
        maxLength={LENGTH_MAX}
        placeholder="G (crash -> F viewChanged)"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => {
          onChange(event.target.value);
          setCaret(event.target.selectionStart);
          setChosen(0);
        }}
        onKeyDown={onKey}
        onBlur={() => setCaret(null)}
      />
      {open && <Suggestions id={id} suggestions={suggestions} active={active} onPick={accept} />}
      <p className={styles.problem} id={`${id}-problem`} aria-live="polite">
        {problem}
      </p>
    </div>
  );
}

interface SuggestionsProps {
  readonly id: string;
  readonly suggestions: readonly Suggestion[];
  readonly active: number;
  readonly onPick: (suggestion: Suggestion) => void;
}

function Suggestions({ id, suggestions, active, onPick }: SuggestionsProps) {
  return (
    <div className={styles.list} id={`${id}-list`} role="listbox" aria-label="Words">
      {suggestions.map((suggestion, index) => (
        <div
          key={suggestion.text}
          id={`${id}-${index}`}
          className={styles.option}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          onMouseDown={(event) => {
            // Before the field loses the focus, and with it the list.
            event.preventDefault();
            onPick(suggestion);
          }}
        >
          <code>{suggestion.text}</code>
          <span>{suggestion.explain}</span>
        </div>
      ))}
    </div>
  );
}

/** The testnet that words are about; the same object as long as it is the same. */
function useSetting(): Setting | null {
  const declaration = useFrame((frame) => frame.declaration, null);
  const validatorCount = useFrame((frame) => frame.nodes.filter(({ kind }) => kind === 'validator').length, 0);
  const clientCount = useFrame((frame) => frame.nodes.filter(({ kind }) => kind === 'client').length, 0);
  const validatorsPerShard = useFrame((frame) => frame.scenario.shards?.validatorsPerShard ?? null, null);
  return useMemo(
    () => (declaration === null ? null : { declaration, validatorCount, clientCount, validatorsPerShard }),
    [declaration, validatorCount, clientCount, validatorsPerShard],
  );
}

function problemOf(text: string, setting: Setting | null): string | null {
  if (text.trim() === '' || setting === null) return null;
  const bound = bindFormula(text.trim(), setting);
  return 'problem' in bound ? describeFormulaProblem(bound.problem) : null;
}
