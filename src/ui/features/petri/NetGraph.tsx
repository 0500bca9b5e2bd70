/** The net as a drawing: circles are places, boxes transitions; one tab stop, arrow keys go from node to node. */
import { type KeyboardEvent, memo, useEffect, useRef } from 'react';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { PHASES } from '../../lib/phases.ts';
import { type DrawnArc, type NetLayout, PLACE_RADIUS, pointAlong, TRANSITION_SIZE } from './layout.ts';
import styles from './Panel.module.css';
import { type NetPicture, type PlaceLook, stateText, tokensText, type TransitionLook } from './selectors.ts';

interface Props {
  readonly layout: NetLayout;
  readonly picture: NetPicture;
  readonly summary: string;
  /** Id of the node that is explained. */
  readonly chosen: string | null;
  readonly onChoose: (id: string | null) => void;
  readonly quorum: number;
}

export function NetGraph({ layout, picture, summary, chosen, onChoose, quorum }: Props) {
  const last = lastOf(picture);
  const scroll = usePan(layout, last);
  const ordered = [...layout.nodes].sort((a, b) => a.x - b.x || a.y - b.y);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && chosen !== null) {
      event.stopPropagation();
      return onChoose(null);
    }
    const by =
      event.key === 'ArrowRight' || event.key === 'ArrowDown'
        ? 1
        : event.key === 'ArrowLeft' || event.key === 'ArrowUp'
          ? -1
          : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = ordered.findIndex(({ id }) => id === chosen);
    onChoose(ordered[(at + by + ordered.length) % ordered.length]?.id ?? null);
  };
  const places = new Map(picture.places.map((place) => [place.id, place]));
  const transitions = new Map(picture.transitions.map((transition) => [transition.id, transition]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and its keys need the focus.
    <section ref={scroll} className={styles.scroll} tabIndex={0} aria-label={summary} onKeyDown={onKeyDown}>
      <svg
        className={styles.net}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        width={layout.width}
        height={layout.height}
        style={{ minHeight: layout.height * SMALLEST }}
        aria-hidden="true"
      >
        <Arcs arcs={layout.arcs} quorum={quorum} chosen={chosen} last={last} />
        {layout.nodes.map(({ id, kind, x, y }) => {
          const place = kind === 'place' ? places.get(id) : undefined;
          const transition = kind === 'transition' ? transitions.get(id) : undefined;
          return (
            <g
              key={`${kind} ${id}`}
              transform={`translate(${x} ${y})`}
              data-chosen={chosen === id}
              onPointerEnter={() => onChoose(id)}
              onPointerLeave={() => onChoose(null)}
              onPointerDown={() => onChoose(id)}
            >
              {place !== undefined && <Place place={place} />}
              {transition !== undefined && <Transition transition={transition} />}
            </g>
          );
        })}
        <Moving layout={layout} picture={picture} />
      </svg>
    </section>
  );
}

/** Keeps what fired last in sight where the drawing is larger than its window. */
function usePan(layout: NetLayout, last: string) {
  const scroll = useRef<HTMLElement>(null);
  useEffect(() => {
    const window = scroll.current;
    const drawing = window?.querySelector('svg');
    const node = layout.nodes.find(({ id, kind }) => kind === 'transition' && id === last);
    if (window === null || drawing == null || node === undefined) return;
    const scale = drawing.clientWidth / layout.width;
    window.scrollTo(scale * node.x - window.clientWidth / 2, scale * node.y - window.clientHeight / 2);
  }, [layout, last]);
  return scroll;
}

function lastOf({ transitions }: NetPicture): string {
  return transitions.find(({ state }) => state === 'last')?.id ?? '';
}

const Arcs = memo(function Arcs({
  arcs,
  quorum,
  chosen,
  last,
}: {
  readonly arcs: readonly DrawnArc[];
  readonly quorum: number;
  readonly chosen: string | null;
  readonly last: string;
}) {
  return (
    <>
      <defs>
        <marker
          id="net-arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0 0.500 7.500 4 0 7.500Z" fill="context-stroke" />
        </marker>
        <marker id="net-no" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7">
          <circle cx="4" cy="4" r="3" fill="var(--surface-panel)" stroke="context-stroke" />
        </marker>
      </defs>
      {arcs.map((arc) => {
        const { place, transition, use, weight, points } = arc;
        const middle = pointAlong(points, 0.5);
        const isNear = chosen === place || chosen === transition;
        return (
          <g
            key={`${use} ${place} ${transition}`}
            className={styles.arc}
            data-use={use}
            data-near={isNear}
            data-last={transition === last}
          >
            <path
              d={points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')}
              markerEnd={use === 'inhibit' ? 'url(#net-no)' : use === 'test' ? undefined : 'url(#net-arrow)'}
              markerStart={use === 'both' ? 'url(#net-arrow)' : undefined}
            />
            {weight !== '' && (
              <text x={middle.x} y={middle.y - 5}>
                {weightText(weight, quorum)}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
});

function weightText(weight: string, quorum: number): string {
  if (weight === 'quorum') return `≥ ${quorum}`;
  return weight === 'quorum-1' ? `≥ ${quorum - 1}` : weight;
}

/** The drawing shrinks to this share of its size, then it scrolls: labels must stay legible. */
const SMALLEST = 0.8;

const DOTS: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [[0, 0]],
  [
    [-5, 0],
    [5, 0],
  ],
  [
    [-5, 4],
    [5, 4],
    [0, -5],
  ],
  [
    [-5, -5],
    [5, -5],
    [-5, 5],
    [5, 5],
  ],
];

const Place = memo(function Place({ place }: { readonly place: PlaceLook }) {
  const { label, explain, tokens, wanted, isShared } = place;
  const dots = DOTS[tokens];
  return (
    <g className={styles.place} data-holds={tokens > 0} data-full={wanted !== null && tokens >= wanted}>
      <title>{`${label}: ${tokensText(place)}. ${explain}`}</title>
      {isShared && <circle className={styles.rim} r={PLACE_RADIUS + 3} />}
      <circle className={styles.body} r={PLACE_RADIUS} />
      {dots === undefined ? (
        <text className={styles.count} y={4}>
          {tokens}
        </text>
      ) : (
        dots.map(([x, y]) => <circle key={`${x}/${y}`} className={styles.token} cx={x} cy={y} r={3.4} />)
      )}
      <text className={styles.label} y={PLACE_RADIUS + 16}>
        {label}
      </text>
    </g>
  );
});

const Transition = memo(function Transition({ transition }: { readonly transition: TransitionLook }) {
  const { label, explain, phase, isDecision, state, isWrong } = transition;
  const half = TRANSITION_SIZE / 2;
  return (
    <g
      className={styles.transition}
      data-state={state}
      data-wrong={isWrong}
      style={phase === null ? undefined : ({ '--phase': `var(${PHASES[phase].token})` } as object)}
    >
      <title>{`${label}: ${stateText(transition)}. ${explain}`}</title>
      <rect className={styles.box} x={-half} y={-half} width={TRANSITION_SIZE} height={TRANSITION_SIZE} rx={4} />
      {phase !== null && (
        <g transform="translate(-8 -8)">
          <PhaseGlyph phase={phase} size={16} />
        </g>
      )}
      {phase === null && (
        <text className={styles.mark} y={5}>
          {isDecision ? '✓' : 'S'}
        </text>
      )}
      {isWrong && (
        <g transform={`translate(${half} ${-half})`} className={styles.wrong}>
          <circle r={7} />
          <text y={4}>!</text>
        </g>
      )}
      <text className={styles.label} y={half + 14}>
        {label}
      </text>
    </g>
  );
});

/** Tokens on their way: to the transition in the first half of the time, on to its places in the second. */
function Moving({ layout, picture: { moving } }: { readonly layout: NetLayout; readonly picture: NetPicture }) {
  if (moving === null) return null;
  const { transition, share } = moving;
  const isComing = share < 0.5;
  const dots = layout.arcs.flatMap(({ transition: own, place, use, points }) => {
    if (own !== transition || use === 'inhibit' || use === 'test') return [];
    if (use === 'both') return [{ key: place, at: pointAlong(points, isComing ? 2 * share : 2 - 2 * share) }];
    if ((use === 'take') !== isComing) return [];
    return [{ key: place, at: pointAlong(points, isComing ? 2 * share : 2 * share - 1) }];
  });
  return (
    <g className={styles.moving}>
      {dots.map(({ key, at }) => (
        <circle key={key} cx={at.x} cy={at.y} r={4.5} />
      ))}
    </g>
  );
}
