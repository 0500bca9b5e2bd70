/** Active faults with their heals, and the two faults that concern more than one node: partitions and links. */
import { useState } from 'react';
import { Button, NumberField, Select } from '../../components/controls.tsx';
import { Section } from '../../components/Section.tsx';
import { Foreign, Note } from '../../components/small.tsx';
import { briefFault, halves, healWord, linkFaults } from '../../lib/faults.ts';
import { formatMs } from '../../lib/format.ts';
import { useAction, useCalmFrame, useFaults, useFrame, useInject, usePlayground, useUi } from '../../playground.tsx';
import type { Frame } from '../../../session/view.ts';
import { useUndo } from '../../interventions.ts';
import { LinkMatrix } from './LinkMatrix.tsx';
import { Palette } from './Palette.tsx';
import styles from './Panel.module.css';

const NO_NODES: Frame['nodes'] = [];

export function FaultsPanel() {
  return (
    <>
      <Section title="Active">
        <ActiveFaults />
      </Section>
      <Section title="Done by hand">
        <DoneByHand />
      </Section>
      <Section title="Palette">
        <Palette />
      </Section>
      <Section title="Partition">
        <Partition />
      </Section>
      <Section title="Link matrix" startsFolded>
        <LinkMatrix />
      </Section>
      <Section title="Link" startsFolded>
        <Link />
      </Section>
    </>
  );
}

function ActiveFaults() {
  const { session } = usePlayground();
  const act = useAction();
  const faults = useFaults(4);
  if (faults.length === 0) return <Note>None: every node is correct and every link is whole.</Note>;
  return (
    <div className={styles.stack}>
      <ul className={styles.list}>
        {faults.map((fault) => (
          <li key={fault.id}>
            <span className={styles.text}>
              <Foreign text={briefFault(fault.text)} limit={160} />
              <span className={styles.since}>since {formatMs(fault.sinceMs)}</span>
            </span>
            {fault.canEnd ? (
              <Button
                onClick={() => void act(() => session.heal(fault.id))}
                label={`${healWord(fault.kind)} ${briefFault(fault.text)}`}
              >
                {healWord(fault.kind)}
              </Button>
            ) : (
              <span className={styles.since}>over by now</span>
            )}
          </li>
        ))}
      </ul>
      {faults.filter(({ canEnd }) => canEnd).length > 1 && (
        <Button onClick={() => void act(() => session.heal('all'))}>Heal all</Button>
      )}
    </div>
  );
}

/** Everything done by hand in this visit; each can be taken back, with what came after it. */
function DoneByHand() {
  const undo = useUndo();
  const done = useCalmFrame(4)?.interventions ?? [];
  if (done.length === 0)
    return <Note>Nothing yet. Whatever you do is recorded at its virtual time and becomes part of the scenario.</Note>;
  return (
    <div className={styles.stack}>
      <ol className={styles.list} reversed>
        {done.toReversed().map((deed, position) => {
          const index = done.length - 1 - position;
          const text = `${deed.kind === 'heal' ? 'healed: ' : ''}${briefFault(deed.text)}`;
          return (
            <li key={index}>
              <span className={styles.text}>
                <Foreign text={text} limit={160} />
                <span className={styles.since}>at {formatMs(deed.at / 1_000)}</span>
              </span>
              <Button
                onClick={() => void undo(index)}
                label={`Undo ${text}`}
                title={
                  position === 0
                    ? 'Goes back to the moment before (Ctrl+Z)'
                    : 'Goes back before it: what came after goes too'
                }
              >
                Undo
              </Button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function Partition() {
  const inject = useInject();
  const setLasso = useUi((state) => state.setLasso);
  const nodes = useFrame((frame) => frame.nodes, NO_NODES);
  const ids = nodes.filter((node) => node.kind === 'validator').map((node) => node.id);
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const left = (chosen ?? halves(ids)[0]).filter((id) => ids.includes(id));
  const right = ids.filter((id) => !left.includes(id));
  const toggle = (id: string) => setChosen(left.includes(id) ? left.filter((other) => other !== id) : [...left, id]);
  const cut = (oneWay: boolean) => void inject({ kind: 'partition', groups: [[...left], right], oneWay });
  const possible = left.length > 0 && right.length > 0;
  return (
    <div className={styles.stack}>
      <fieldset className={styles.chips} aria-label="One side of the partition">
        {ids.map((id) => (
          <button
            key={id}
            type="button"
            className={styles.chip}
            aria-pressed={left.includes(id)}
            onClick={() => toggle(id)}
          >
            {id}
          </button>
        ))}
      </fieldset>
      <Note>Marked nodes stand on one side, the rest on the other.</Note>
      <Button icon="lasso" onClick={() => setLasso(true)} title="Then draw around the nodes of one side (L)">
        Draw a lasso
      </Button>
      <div className={styles.row}>
        <Button disabled={!possible} onClick={() => cut(false)}>
          Cut both ways
        </Button>
        <Button disabled={!possible} onClick={() => cut(true)} title="Only what the marked side sends is cut">
          One way
        </Button>
      </div>
    </div>
  );
}

function Link() {
  const inject = useInject();
  const nodes = useFrame((frame) => frame.nodes, NO_NODES);
  const selection = useUi((state) => (state.selection?.kind === 'link' ? state.selection : null));
  const select = useUi((state) => state.select);
  const [settings, setSettings] = useState({ delayMs: 200, lossPercent: 30 });
  const from = selection?.from ?? 0;
  const to = selection?.to ?? 1;
  const options = nodes.map((node) => ({ value: String(node.index), label: node.id }));
  const choose = (a: number, b: number) => select({ kind: 'link', from: a, to: b === a ? (a + 1) % nodes.length : b });
  const choices = linkFaults(nodes[from]?.id ?? '', nodes[to]?.id ?? '', settings);
  return (
    <div className={styles.stack}>
      <div className={styles.row}>
        <Select
          label="From"
          showLabel
          value={String(from)}
          options={options}
          onChange={(value) => choose(Number(value), to)}
        />
        <Select
          label="to"
          showLabel
          value={String(to)}
          options={options}
          onChange={(value) => choose(from, Number(value))}
        />
      </div>
      <div className={styles.row}>
        <NumberField
          label="Delay"
          value={settings.delayMs}
          min={1}
          max={100_000}
          unit="ms"
          onChange={(delayMs) => setSettings({ ...settings, delayMs })}
        />
        <NumberField
          label="Loss"
          value={settings.lossPercent}
          min={1}
          max={100}
          unit="%"
          onChange={(lossPercent) => setSettings({ ...settings, lossPercent })}
        />
      </div>
      <div className={styles.row}>
        {choices.map((choice) => (
          <Button
            key={choice.label}
            title={choice.explain}
            disabled={nodes.length < 2}
            onClick={() => void inject(choice.fault)}
          >
            {choice.label}
          </Button>
        ))}
      </div>
    </div>
  );
}
