/** Every link as a cell, senders down and receivers across: click, drag a rectangle, or arrows and Space; then cut, slow or lose. */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import type { Frame } from '../../../session/view.ts';
import { Button, NumberField, Select } from '../../components/controls.tsx';
import { Note } from '../../components/small.tsx';
import { plural } from '../../lib/format.ts';
import { useCalmFrame, useFrame, useInject, usePlayground } from '../../playground.tsx';
import styles from './LinkMatrix.module.css';
import { type Cell, cellOf, faultsOf, type LinkTool, neighbour, rectangle } from './matrix.ts';

const NODES_MAX = 40;
const NO_NODES: Frame['nodes'] = [];
const TOOLS = [
  { value: 'cut', label: 'Cut' },
  { value: 'slow', label: 'Slow' },
  { value: 'lossy', label: 'Lossy' },
];
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function LinkMatrix() {
  const all = useFrame((frame) => frame.nodes, NO_NODES);
  const nodes = all.filter((node) => node.kind === 'validator');
  const inject = useInject();
  const [marked, setMarked] = useState<ReadonlySet<Cell>>(new Set());
  const [tool, setTool] = useState<LinkTool>('cut');
  const [settings, setSettings] = useState({ delayMs: 200, lossPercent: 30 });
  if (nodes.length > NODES_MAX)
    return <Note>{nodes.length} nodes are too many for a matrix: draw a lasso, or name the link below.</Note>;
  const ids = nodes.map(({ id }) => id);
  const valid = new Set([...marked].filter((cell) => cell < ids.length * ids.length));
  const apply = async () => {
    setMarked(new Set());
    for (const fault of faultsOf(valid, ids, tool, settings)) await inject(fault);
  };
  return (
    <div className={styles.matrix}>
      <Grid ids={ids} marked={valid} onChange={setMarked} />
      <div className={styles.row}>
        <Select label="What happens" value={tool} options={TOOLS} onChange={(value) => setTool(value as LinkTool)} />
        {tool === 'slow' && (
          <NumberField
            label="by"
            value={settings.delayMs}
            min={1}
            max={100_000}
            unit="ms"
            onChange={(delayMs) => setSettings({ ...settings, delayMs })}
          />
        )}
        {tool === 'lossy' && (
          <NumberField
            label="loses"
            value={settings.lossPercent}
            min={1}
            max={100}
            unit="%"
            onChange={(lossPercent) => setSettings({ ...settings, lossPercent })}
          />
        )}
      </div>
      <div className={styles.row}>
        <Button tone="primary" disabled={valid.size === 0} onClick={() => void apply()}>
          Apply to {plural(valid.size, 'link')}
        </Button>
        <Button disabled={valid.size === 0} onClick={() => setMarked(new Set())}>
          Clear
        </Button>
      </div>
    </div>
  );
}

interface GridProps {
  readonly ids: readonly string[];
  readonly marked: ReadonlySet<Cell>;
  readonly onChange: (marked: ReadonlySet<Cell>) => void;
}

function Grid({ ids, marked, onChange }: GridProps) {
  const n = ids.length;
  const table = useRef<HTMLTableElement>(null);
  const drag = useRef<{ readonly start: Cell; readonly before: ReadonlySet<Cell>; readonly adds: boolean } | null>(
    null,
  );
  const [focused, setFocused] = useState<Cell>(1);
  const cuts = useCuts();
  const paint = (end: Cell) => {
    const stroke = drag.current;
    if (stroke === null) return;
    const next = new Set(stroke.before);
    for (const cell of rectangle(stroke.start, end, n)) stroke.adds ? next.add(cell) : next.delete(cell);
    onChange(next);
  };
  const toggle = (cell: Cell) => {
    drag.current = { start: cell, before: marked, adds: !marked.has(cell) };
    paint(cell);
    drag.current = null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (event.key === ' ' || event.key === 'Enter') toggle(focused);
    else if (move !== undefined) {
      const next = neighbour(focused, move, n);
      setFocused(next);
      table.current?.querySelector<HTMLElement>(`[data-cell="${next}"]`)?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onPointerDown = (event: PointerEvent<HTMLButtonElement>, cell: Cell) => {
    event.currentTarget.releasePointerCapture(event.pointerId);
    setFocused(cell);
    drag.current = { start: cell, before: marked, adds: !marked.has(cell) };
    paint(cell);
    document.addEventListener('pointerup', () => (drag.current = null), { once: true });
  };
  const cellFor = (row: number, column: number) => {
    const cell = cellOf(row, column, n);
    const cut = cuts.has(`${row}>${column}`);
    return (
      <button
        type="button"
        data-cell={cell}
        data-cut={cut}
        className={styles.cell}
        disabled={row === column}
        tabIndex={cell === focused ? 0 : -1}
        aria-pressed={marked.has(cell)}
        aria-label={`${ids[row]} to ${ids[column]}${cut ? ', cut' : ''}`}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => onPointerDown(event, cell)}
        onPointerEnter={() => paint(cell)}
      />
    );
  };
  return (
    <div className={styles.scroll}>
      <table ref={table} aria-label="Links: senders down, receivers across" className={styles.grid}>
        <thead>
          <tr>
            <td className={styles.corner}>from ↓ to →</td>
            {ids.map((id) => (
              <th key={id} scope="col">
                {id}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ids.map((from, row) => (
            <tr key={from}>
              <th scope="row">{from}</th>
              {ids.map((to, column) => (
                <td key={to}>{cellFor(row, column)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Links that nothing passes at the playhead, `from>to`. */
function useCuts(): ReadonlySet<string> {
  const { session } = usePlayground();
  const frame = useCalmFrame(2);
  if (frame === null) return new Set();
  return new Set(
    session
      .view()
      .cutsAt(frame.playhead)
      .map(({ from, to }) => `${from}>${to}`),
  );
}
