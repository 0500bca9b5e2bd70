/** The protocol's Petri net for one validator and slot, with its tokens as they lie at the playhead. */
import { useMemo, useState } from 'react';
import type { NodeIndex } from '../../../core/ids.ts';
import type { Frame } from '../../../session/view.ts';
import { Button, IconButton, Select } from '../../components/controls.tsx';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { Note } from '../../components/small.tsx';
import { formatTime, sentence, shortHash } from '../../lib/format.ts';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import { layoutNet } from './layout.ts';
import { NetGraph } from './NetGraph.tsx';
import styles from './Panel.module.css';
import type { NetPlayback } from './playback.ts';
import { savePnml } from './save.ts';
import { type NetPicture, pictureOf, stateText, type StepLook, tokensText } from './selectors.ts';
import { usePlayback } from './usePlayback.ts';

export function PetriPanel() {
  const frame = useCalmFrame(24);
  const { playback, isThere } = usePlayback(frame);
  if (frame === null) return null;
  if (playback === null) return <NoNet title={frame.declaration.title} />;
  return <Net key={frame.runId} frame={frame} playback={playback} isThere={isThere} />;
}

function NoNet({ title }: { readonly title: string }) {
  return (
    <div className={styles.empty}>
      <Note>
        {title} declares no Petri net yet. A net says which step must come before which: circles are places that hold
        tokens, boxes are transitions that move them, and every message of a validator fires one. Load a scenario with
        another protocol, for example Quantum SVBFT, to see one at work.
      </Note>
    </div>
  );
}

interface NetProps {
  readonly frame: Frame;
  readonly playback: NetPlayback;
  readonly isThere: boolean;
}

function Net({ frame, playback, isThere }: NetProps) {
  const { session } = usePlayground();
  const selection = useUi((state) => state.selection);
  const select = useUi((state) => state.select);
  const [slot, setSlot] = useState<number | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const layout = useMemo(() => layoutNet(playback.net), [playback]);
  const validators = frame.nodes.filter(({ kind }) => kind === 'validator');
  const isUp = (index: NodeIndex): boolean => session.view().nodeAt(index, frame.playhead).alive;
  const node = nodeOf(selection?.kind === 'node' ? selection.node : null, validators, isUp);
  const trusted = frame.checks.every(({ kind, verdict }) => kind !== 'petri' || verdict !== 'violated');
  const picture = pictureOf(playback, frame.declaration, { node, slot, at: frame.playhead, trusted });
  const name = validators.find(({ index }) => index === node)?.id ?? '';
  const newest = playback.slotOf(node);
  const { words } = frame.declaration;
  const summary = summaryOf(picture, name, words);
  return (
    <div className={styles.panel}>
      <div className={styles.bar}>
        <Select
          label="Validator"
          showLabel
          value={String(node)}
          options={validators.map(({ id, index }) => ({ value: String(index), label: id }))}
          onChange={(value) => select({ kind: 'node', node: Number(value) })}
        />
        <SlotField word={words.slot} slot={picture.slot} newest={newest} follows={slot === null} onChange={setSlot} />
        <span className={styles.about}>
          {words.epoch} {picture.epoch}
          {picture.value !== '' && `, block ${shortHash(picture.value)}`}
          {!isThere && ', reading the trace…'}
        </span>
        <span className={styles.spacer} />
        <Button icon="download" onClick={() => savePnml(frame.declaration, validators.length)}>
          PNML
        </Button>
      </div>
      <div className={styles.middle}>
        <div className={styles.window}>
          <NetGraph
            layout={layout}
            picture={picture}
            summary={summary}
            chosen={chosen}
            onChoose={setChosen}
            quorum={playback.replay.threshold('quorum', picture.slot)}
          />
          <Caption picture={picture} chosen={chosen} name={name} />
        </div>
        <Steps name={name} word={words.slot} picture={picture} onSeek={(at) => session.seek(at)} />
      </div>
      <p className={styles.hint}>
        Circles hold tokens (double: shared by all), boxes move them when {name} acts; a dashed line only looks.
      </p>
    </div>
  );
}

/** The selected validator, else the first that is up: the picture does not jump with the leader. */
function nodeOf(selected: NodeIndex | null, validators: Frame['nodes'], isUp: (node: NodeIndex) => boolean): NodeIndex {
  const found = validators.find(({ index }) => index === selected) ?? validators.find(({ index }) => isUp(index));
  return (found ?? validators[0])?.index ?? 0;
}

function summaryOf(
  { slot, epoch, places, transitions }: NetPicture,
  name: string,
  words: Frame['declaration']['words'],
): string {
  const held = places.filter(({ tokens }) => tokens > 0).map((place) => `${place.label} ${tokensText(place)}`);
  const last = transitions.find(({ state }) => state === 'last');
  const fired = last === undefined ? 'nothing has fired' : `fired last: ${last.label}`;
  return `Petri net of ${name}, ${words.slot} ${slot}, ${words.epoch} ${epoch}; ${fired}; ${held.join(', ') || 'no tokens'}`;
}

interface SlotProps {
  readonly word: string;
  readonly slot: number;
  readonly newest: number;
  readonly follows: boolean;
  readonly onChange: (slot: number | null) => void;
}

function SlotField({ word, slot, newest, follows, onChange }: SlotProps) {
  return (
    <span className={styles.slot}>
      <span className={styles.word}>{sentence(word)}</span>
      <span className={styles.turned}>
        <IconButton icon="chevron" label={`Previous ${word}`} disabled={slot <= 1} onClick={() => onChange(slot - 1)} />
      </span>
      <span className={styles.number}>{slot}</span>
      <IconButton
        icon="chevron"
        label={`Next ${word}`}
        disabled={slot >= newest}
        onClick={() => onChange(slot + 1 >= newest ? null : slot + 1)}
      />
      {!follows && <Button onClick={() => onChange(null)}>Follow</Button>}
    </span>
  );
}

interface StepsProps {
  readonly name: string;
  readonly word: string;
  readonly picture: NetPicture;
  readonly onSeek: (at: number) => void;
}

function Steps({ name, word, picture, onSeek }: StepsProps) {
  return (
    <section className={styles.steps} aria-label={`Steps of ${name} at ${word} ${picture.slot}`}>
      <h3>
        Steps of {name} at {word} {picture.slot}
      </h3>
      {picture.steps.length === 0 && (
        <Note>None yet. Each message {name} sends here moves tokens through the net.</Note>
      )}
      <ol>
        {picture.steps.map((step) => (
          <Step key={step.key} step={step} onSeek={onSeek} />
        ))}
      </ol>
    </section>
  );
}

function Step({ step, onSeek }: { readonly step: StepLook; readonly onSeek: (at: number) => void }) {
  return (
    <li data-wrong={step.wrong !== null}>
      <button type="button" onClick={() => onSeek(step.t)} title="Go to this moment">
        {step.phase === null ? <span className={styles.tick}>✓</span> : <PhaseGlyph phase={step.phase} size={12} />}
        <span>{step.text}</span>
        <time>{formatTime(step.t)}</time>
      </button>
      {step.wrong !== null && <p>Against the net: {step.wrong}</p>}
    </li>
  );
}

/** What the node under pointer or keys is. */
function Caption({
  picture,
  chosen,
  name,
}: {
  readonly picture: NetPicture;
  readonly chosen: string | null;
  readonly name: string;
}) {
  const place = picture.places.find(({ id }) => id === chosen);
  const transition = picture.transitions.find(({ id }) => id === chosen);
  return (
    <p className={styles.caption} aria-live="polite" data-shown={place !== undefined || transition !== undefined}>
      {place !== undefined && (
        <>
          <b>{place.label}</b> {tokensText(place)}
          {place.isShared ? ', shared by all' : `, of ${name}`}. {place.explain}
        </>
      )}
      {transition !== undefined && (
        <>
          <b>{transition.label}</b> {stateText(transition)}. {transition.explain}
        </>
      )}
    </p>
  );
}
