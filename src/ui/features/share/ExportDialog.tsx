/** Everything that can leave the page as a file: choose on the left, look and save on the right. */
import { useId, useState } from 'react';
import { Select } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { PHONE, useMedia } from '../../components/useMedia.ts';
import type { DrawNetwork } from '../../lib/picture.ts';
import { useUi } from '../../playground.tsx';
import { CHOICES, type Choice, GROUPS } from './choices.ts';
import styles from './ExportDialog.module.css';
import { PictureExport } from './PictureExport.tsx';
import { RunExport } from './RunExport.tsx';
import { TextExport } from './TextExport.tsx';
import { VideoExport } from './VideoExport.tsx';

/** On a phone the list would fill the screen, and what was chosen stand below it. */
const OPTIONS = GROUPS.flatMap(({ id, title: group }) =>
  CHOICES.filter((choice) => choice.group === id).map((choice) => ({ value: choice.id, label: choice.title, group })),
);

/** `draw`: how the network is drawn as a picture of its own. */
export default function ExportDialog({ draw }: { readonly draw: DrawNetwork }) {
  const openDialog = useUi((state) => state.openDialog);
  const [chosen, setChosen] = useState<string>(CHOICES[0]?.id ?? '');
  const choice = CHOICES.find(({ id }) => id === chosen);
  const phone = useMedia(PHONE);
  return (
    <Dialog title="Export" onClose={() => openDialog(null)}>
      <div className={styles.layout}>
        {phone ? (
          <Select label="Format" showLabel value={chosen} options={OPTIONS} onChange={setChosen} />
        ) : (
          <Choices chosen={chosen} onChoose={setChosen} />
        )}
        {choice !== undefined && (
          <section className={styles.detail} aria-label={choice.title}>
            <h3>{choice.title}</h3>
            <p>{choice.opens}</p>
            <Detail key={choice.id} choice={choice} draw={draw} />
          </section>
        )}
      </div>
    </Dialog>
  );
}

function Detail({ choice, draw }: { readonly choice: Choice; readonly draw: DrawNetwork }) {
  switch (choice.kind) {
    case 'text':
      return <TextExport format={choice.format} />;
    case 'png':
    case 'svg':
      return <PictureExport kind={choice.kind} draw={draw} />;
    case 'video':
      return <VideoExport draw={draw} />;
    case 'run-file':
      return <RunExport />;
  }
}

function Choices({ chosen, onChoose }: { readonly chosen: string; readonly onChoose: (id: string) => void }) {
  const name = useId();
  return (
    <div className={styles.choices}>
      {GROUPS.map(({ id, title }) => (
        <fieldset key={id} className={styles.group}>
          <legend>{title}</legend>
          {CHOICES.filter(({ group }) => group === id).map((choice) => (
            <label key={choice.id} className={styles.choice}>
              <input
                type="radio"
                name={name}
                value={choice.id}
                checked={choice.id === chosen}
                onChange={() => onChoose(choice.id)}
              />
              {choice.title}
            </label>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
