/** What a comparison found: an overview over its rows, one row in full, and the ways to take it along. */
import { useState } from 'react';
import {
  type Comparison,
  comparisonCsv,
  comparisonJson,
  type ComparisonRequest,
  addressPart,
  measureById,
} from '../../../explore/compare/index.ts';
import { Button, Select } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Foreign } from '../../components/small.tsx';
import { useAction, usePlayground, useUi } from '../../playground.tsx';
import { Curves } from './Curves.tsx';
import { PhaseBars } from './PhaseBars.tsx';
import styles from './Result.module.css';
import { saveText } from './save.ts';
import { curvesOf, firstMeasure, measureOptions, measureTitle, notesOf, phaseBars, shippedOf } from './selectors.ts';
import { FullTable, OverviewTable, Violations } from './Tables.tsx';

interface Props {
  readonly comparison: Comparison;
  readonly request: ComparisonRequest;
  readonly onClose: () => void;
}

export default function ResultDialog({ comparison, request, onClose }: Props) {
  const { rows, columns, seed } = comparison;
  const [row, setRow] = useState(rows.length - 1);
  const shown = rows[row] ?? rows[0];
  if (shown === undefined) return null;
  return (
    <Dialog title="Protocols side by side" onClose={onClose} wide>
      <div className={styles.result}>
        <div className={styles.head}>
          <p>
            <strong>
              <Foreign text={comparison.name} limit={80} />
            </strong>
            , seed {seed}
          </p>
          <TakeAlong comparison={comparison} request={request} />
        </div>
        {rows.length > 1 && <Overview comparison={comparison} request={request} />}
        <section className={styles.part} aria-label="One row in full">
          {rows.length > 1 && (
            <div className={styles.choose}>
              <Select
                label="In full"
                showLabel
                value={String(row)}
                options={rows.map(({ label }, i) => ({ value: String(i), label }))}
                onChange={(value) => setRow(Number(value))}
              />
            </div>
          )}
          <PhaseBars bars={phaseBars(columns, shown.cells)} />
          <FullTable columns={columns} cells={shown.cells} label={shown.label} onOpened={onClose} />
          <Violations columns={columns} cells={shown.cells} />
          <Notes comparison={comparison} row={row} />
        </section>
      </div>
    </Dialog>
  );
}

function Overview({ comparison, request }: Omit<Props, 'onClose'>) {
  const [id, setId] = useState(firstMeasure(request));
  const measure = measureById(id);
  const curves = measure === null ? [] : curvesOf(comparison, measure);
  return (
    <section className={styles.part} aria-label="All rows">
      <div className={styles.choose}>
        <Select label="Measure" showLabel value={id} options={measureOptions()} onChange={setId} />
      </div>
      {measure !== null && <p className={styles.explain}>{measure.explain}</p>}
      <div className={styles.beside}>
        <OverviewTable comparison={comparison} measure={measure} />
        {measure !== null && curves.length > 0 && <Curves curves={curves} title={measureTitle(measure)} />}
      </div>
    </section>
  );
}

function Notes({ comparison: { rows, columns }, row }: { readonly comparison: Comparison; readonly row: number }) {
  const notes = notesOf(columns, rows[row]?.cells ?? []);
  if (notes.length === 0) return null;
  return (
    <section aria-label="What was changed for whom" className={styles.notes}>
      <h3>What was changed for whom</h3>
      <ul>
        {notes.map(({ note, who }) => (
          <li key={note}>
            {who}: <Foreign text={note} limit={240} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function TakeAlong({ comparison, request }: Omit<Props, 'onClose'>) {
  const { catalogue } = usePlayground();
  const act = useAction();
  const notify = useUi((state) => state.notify);
  const name = shippedOf(request) ?? 'comparison';
  const copy = () =>
    act(async () => {
      const url = new URL(location.href);
      const id = shippedOf(request);
      const own = async () =>
        `s=${await catalogue.encodeLink(request.base)}&${addressPart(request.protocols, request.vary)}`;
      url.hash = id === null ? await own() : `compare=${id}`;
      await navigator.clipboard.writeText(url.href);
      notify('Link copied: it runs this comparison again.');
    });
  return (
    <div className={styles.row}>
      <Button icon="copy" onClick={() => void copy()} label="Copy link to this comparison">
        Copy link
      </Button>
      <Button
        icon="download"
        label="Save as JSON"
        onClick={() => saveText(`${name}.comparison.json`, comparisonJson(comparison), 'application/json')}
      >
        JSON
      </Button>
      <Button
        icon="download"
        label="Save as CSV"
        onClick={() => saveText(`${name}.csv`, comparisonCsv(comparison), 'text/csv')}
      >
        CSV
      </Button>
    </div>
  );
}
