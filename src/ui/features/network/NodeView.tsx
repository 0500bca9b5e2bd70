/** One node as a button: shape and outline say its role and faults, the letter its phase. */
import { type NodeProps, useStore as useFlowStore } from '@xyflow/react';
import { memo } from 'react';
import { PHASES } from '../../lib/phases.ts';
import type { Scale } from './geometry.ts';
import styles from './Node.module.css';
import { accessibleName, type NodeLook, phaseLetter } from './selectors.ts';
import { type Looks, useLook } from './useLooks.ts';

export interface NodeData extends Record<string, unknown> {
  readonly index: number;
  readonly looks: Looks;
  readonly scale: Scale;
  readonly selected: boolean;
  readonly marked: boolean;
  /** `together`: adds it to the marked ones instead of selecting it. */
  readonly choose: (together: boolean) => void;
}

/** Nodes smaller than this, px, stand so close that the word under one would lie on its neighbour's crown. */
const ROOMY_RADIUS = 30;

/** Its accessible name says everything that its signs do. */
export const NodeView = memo(function NodeView({ data }: NodeProps & { readonly data: NodeData }) {
  const { index, looks, scale, selected, marked, choose } = data;
  const look = useLook(looks, index);
  const labels = useLabels(scale);
  if (look === null) return null;
  const radius = look.kind === 'client' ? scale.clientRadius : scale.radius;
  return (
    <button
      type="button"
      className={styles.node}
      aria-label={marked ? `${accessibleName(look)}, marked` : accessibleName(look)}
      aria-pressed={selected}
      title={labels === 'hover' ? accessibleName(look) : undefined}
      onClick={(event) => choose(event.shiftKey)}
      data-alive={look.alive}
      data-behind={look.behind > 0}
      data-kind={look.kind}
      style={{ width: radius * 2, height: radius * 2 }}
    >
      <Disc look={look} radius={radius} selected={selected} marked={marked} />
      {look.crown !== null && <Crown half={look.crown === 'candidate'} radius={radius} />}
      {look.byzantine !== null && <Horns radius={radius} />}
      {labels === 'full' && look.byzantine !== null && (
        <span className={styles.behaviour} data-crowded={radius < ROOMY_RADIUS} aria-hidden="true">
          {look.byzantine}
        </span>
      )}
      {labels !== 'hover' && <Label look={look} radius={radius} full={labels === 'full'} />}
    </button>
  );
});

/** Small nodes speak up when zoomed in. */
function useLabels(scale: Scale): Scale['labels'] {
  const zoomedIn = useFlowStore((state) => state.transform[2] * scale.radius > 22);
  return scale.labels === 'hover' && zoomedIn ? 'name' : scale.labels;
}

function Disc({
  look,
  radius,
  selected,
  marked,
}: {
  readonly look: NodeLook;
  readonly radius: number;
  readonly selected: boolean;
  readonly marked: boolean;
}) {
  const size = radius * 2;
  const tint = look.phaseRole === null ? null : `var(${PHASES[look.phaseRole].token})`;
  const shape = { cx: radius, cy: radius, r: radius - 1.5 };
  return (
    <svg className={styles.disc} width={size} height={size} viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
      {selected && <circle cx={radius} cy={radius} r={radius + radius * 0.42 + 1} className={styles.selection} />}
      {marked && <circle cx={radius} cy={radius} r={radius + radius * 0.42 + 1} className={styles.marked} />}
      {look.kind === 'client' ? (
        <rect x={1.5} y={1.5} width={size - 3} height={size - 3} rx={radius * 0.4} className={styles.body} />
      ) : (
        <circle {...shape} className={styles.body} />
      )}
      {tint !== null && <circle {...shape} fill={tint} opacity={0.14} />}
      {look.byzantine !== null && <circle {...shape} fill="url(#hatching)" />}
      <circle
        {...shape}
        className={styles.outline}
        data-byzantine={look.byzantine !== null}
        visibility={look.kind === 'client' ? 'hidden' : undefined}
        style={tint === null || look.byzantine !== null ? undefined : { stroke: tint }}
      />
      {look.twin && <circle cx={radius} cy={radius} r={radius - 5.5} className={styles.twin} />}
    </svg>
  );
}

/** How far the quorum ring reaches beyond the disc: signs of role and fault stand outside it. */
function ringReach(radius: number): number {
  return Math.max(2.5, radius * 0.2) + Math.max(2.5, radius / 9);
}

function Crown({ half, radius }: { readonly half: boolean; readonly radius: number }) {
  const width = Math.max(18, radius * 0.78);
  return (
    <svg
      className={styles.crown}
      width={width}
      height={width * 0.75}
      viewBox="0 0 24 18"
      aria-hidden="true"
      style={{ top: -(ringReach(radius) + width * 0.72) }}
    >
      <path d="M2 4.5 7 9.5 12 2 17 9.5 22 4.5 20 16H4Z" className={half ? styles.crownHalf : styles.crownFull} />
    </svg>
  );
}

function Horns({ radius }: { readonly radius: number }) {
  const width = radius * 2.15;
  return (
    <svg
      className={styles.horns}
      width={width}
      height={width * 0.3}
      viewBox="0 0 40 12"
      aria-hidden="true"
      style={{ top: -width * 0.2 }}
    >
      <path d="M3.5 11C.5 7.5.4 3.6 2.5 0 3.6 3.2 6 5 9.5 5.8 7 7.2 5 8.9 3.5 11Z" />
      <path d="M36.5 11c3-3.5 3.1-7.4 1-11-1.1 3.2-3.5 5-7 5.8 2.5 1.4 4.5 3.1 6 5.2Z" />
    </svg>
  );
}

function Label({ look, radius, full }: { readonly look: NodeLook; readonly radius: number; readonly full: boolean }) {
  const name = { fontSize: Math.max(9, radius * (full ? 0.44 : 0.58)) };
  const small = { fontSize: Math.max(8.5, radius * 0.33) };
  return (
    <span className={styles.label} aria-hidden="true">
      <span className={styles.name} style={name}>
        {look.id}
      </span>
      {full && look.kind === 'validator' && (
        <span className={styles.height} style={small}>
          {stateLine(look)}
        </span>
      )}
      {full && look.kind === 'validator' && <PhaseChip look={look} size={Math.max(8, radius * 0.31)} />}
    </span>
  );
}

function stateLine(look: NodeLook): string {
  if (!look.alive) return 'down';
  return look.behind > 0 ? `${look.height} −${look.behind}` : `${look.slotWord.slice(0, 1)} ${look.height}`;
}

function PhaseChip({ look, size }: { readonly look: NodeLook; readonly size: number }) {
  const letter = phaseLetter(look);
  if (letter === '' || look.phaseRole === null) return <span className={styles.noPhase} />;
  return (
    <span className={styles.phaseLine} aria-hidden="true" style={{ fontSize: size }}>
      <span className={styles.phase} style={{ background: `var(${PHASES[look.phaseRole].token})` }}>
        {letter}
      </span>
      {look.votes}
    </span>
  );
}
