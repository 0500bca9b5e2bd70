/** A row for every validator, a column for every block: what each has decided or voted for. */
import { useEffect, useRef } from 'react';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { shortHash } from '../../lib/format.ts';
import { usePlayground } from '../../playground.tsx';
import styles from './Panel.module.css';
import { type BlockView, cellOf, type Standing } from './selectors.ts';

const COLUMNS = 24;

interface Props {
  readonly blocks: readonly BlockView[];
  readonly standings: readonly Standing[];
}

export function Matrix({ blocks, standings }: Props) {
  const { store } = usePlayground();
  const field = useRef<HTMLDivElement>(null);
  const shown = blocks.slice(-COLUMNS);
  const newest = shown.at(-1)?.height ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the newest height stays in sight.
  useEffect(() => {
    if (field.current !== null) field.current.scrollLeft = field.current.scrollWidth;
  }, [newest]);
  return (
    <div className={styles.matrix} ref={field}>
      <table aria-label="Blocks by validator">
        <thead>
          <tr>
            <th scope="col">Validator</th>
            {shown.map((block) => (
              <th key={block.id} scope="col" data-conflicting={block.isConflicting}>
                <button
                  type="button"
                  title={block.digest}
                  onClick={() => store.getState().select({ kind: 'block', height: block.height, digest: block.digest })}
                >
                  {block.height}
                  <small>{shortHash(block.digest)}</small>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {standings.map((standing, validator) => (
            <tr key={standing.id} data-down={!standing.alive}>
              <th scope="row">
                {standing.id}
                {standing.isByzantine && <small> Byzantine</small>}
                {!standing.alive && <small> down</small>}
                {standing.behind > 0 && <small> −{standing.behind}</small>}
              </th>
              {shown.map((block) => (
                <Cell key={block.id} block={block} validator={validator} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ block, validator }: { readonly block: BlockView; readonly validator: number }) {
  const { state, phase } = cellOf(block, validator);
  const word = state === 'decided' ? 'decided' : state === 'voted' ? 'voted' : 'nothing';
  return (
    <td data-state={state} data-conflicting={block.isConflicting && state === 'decided'}>
      <span className="visually-hidden">{word}</span>
      <span aria-hidden="true">
        {state === 'decided' ? '✓' : phase === null ? '·' : <PhaseGlyph phase={phase} size={12} />}
      </span>
    </td>
  );
}
