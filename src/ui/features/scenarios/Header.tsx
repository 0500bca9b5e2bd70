/** The header's fields that choose what runs: scenario, protocol, validators, seed. */
import { useEffect, useState } from 'react';
import { type Option, Select } from '../../components/controls.tsx';
import { controlStyles } from '../../components/controls.tsx';
import { plainText } from '../../lib/format.ts';
import { useAction, useFrame, usePlayground, useUi } from '../../playground.tsx';
import type { ScenarioInput } from '../../../scenario/types.ts';
import { byProtocol } from './library.ts';
import { parseSeed, sizeChange, sizeOf, sizeOptions, withChange } from './selectors.ts';
import styles from './Panel.module.css';

const CUSTOM = '(custom)';

/** Loads what the fields say and plays it at the chosen speed. */
export function useLoad(): (scenario: ScenarioInput | string) => Promise<boolean> {
  const { session, store } = usePlayground();
  const act = useAction();
  return (scenario) =>
    act(async () => {
      await session.load(scenario);
      await session.play({ speed: store.getState().speed });
    });
}

export function ScenarioFields({ compact }: { readonly compact: boolean }) {
  const isLoaded = useFrame(() => true, false);
  if (!isLoaded) return <div className={styles.fields} />;
  return (
    <div className={styles.fields}>
      <ScenarioField />
      {!compact && <ProtocolField />}
      {!compact && <ValidatorsField />}
      {!compact && <SeedField />}
    </div>
  );
}

function ScenarioField() {
  const { catalogue } = usePlayground();
  const name = useFrame((frame) => frame.scenario.name ?? '', '');
  const load = useLoad();
  const preset = catalogue.presets.find((entry) => entry.title === name);
  const options: Option[] = byProtocol(catalogue.presets, catalogue.protocols).flatMap(({ title, presets }) =>
    presets.map((entry) => ({ value: entry.id, label: entry.title, group: title })),
  );
  if (preset === undefined) options.unshift({ value: CUSTOM, label: plainText(name, 60) || 'Custom' });
  return (
    <Select
      label="Scenario"
      showLabel={false}
      value={preset?.id ?? CUSTOM}
      options={options}
      onChange={(id) => void (id !== CUSTOM && load(id))}
    />
  );
}

export function ProtocolField() {
  const { catalogue, session } = usePlayground();
  const load = useLoad();
  const name = useFrame((frame) => frame.declaration.name, '');
  const options = catalogue.protocols.map((entry) => ({ value: entry.name, label: entry.title }));
  const change = async (next: string) => {
    const scenario = session.frame()?.scenario;
    if (scenario !== undefined) await load(withChange(scenario, { protocol: { name: next } }));
  };
  return <Select label="Protocol" value={name} options={options} onChange={(next) => void change(next)} />;
}

export function ValidatorsField() {
  const { session } = usePlayground();
  const load = useLoad();
  const scenario = useFrame((frame) => frame.scenario, null);
  const options = scenario === null ? [] : sizeOptions(scenario);
  const change = async (text: string) => {
    const present = session.frame()?.scenario;
    if (present !== undefined) await load(withChange(present, sizeChange(present, Number(text))));
  };
  const value = scenario === null ? '' : String(sizeOf(scenario));
  return <Select label="Validators" value={value} options={options} onChange={(text) => void change(text)} />;
}

export function SeedField() {
  const { session } = usePlayground();
  const notify = useUi((state) => state.notify);
  const load = useLoad();
  const seed = useFrame((frame) => frame.scenario.seed ?? 0, 0);
  const [text, setText] = useState(String(seed));
  useEffect(() => setText(String(seed)), [seed]);
  const commit = () => {
    const next = parseSeed(text);
    const scenario = session.frame()?.scenario;
    if (next === seed || scenario === undefined) return;
    if (next !== null) void load(withChange(scenario, { seed: next }));
    else {
      setText(String(seed));
      notify('A seed is a whole number from 0 to 4294967295.', 'error');
    }
  };
  return (
    <label className={controlStyles['field']} title="Same seed, same run, to the last byte">
      <span className={controlStyles['fieldLabel']}>Seed</span>
      <input
        className={`${controlStyles['input']} ${styles.seed}`}
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
    </label>
  );
}
