/** What the export dialog offers: the text formats of the session, and what only a page can make. */
import { EXPORT_FORMATS } from '../../../session/exports/registry.ts';
import type { ExportFormat, ExportGroup } from '../../../session/exports/format.ts';

export type ChoiceGroup = ExportGroup | 'picture';

interface Common {
  readonly id: string;
  readonly group: ChoiceGroup;
  readonly title: string;
  /** One sentence: what opens it. */
  readonly opens: string;
}

export type Choice =
  | (Common & { readonly kind: 'text'; readonly format: ExportFormat })
  | (Common & { readonly kind: 'png' | 'svg' | 'video' | 'run-file' });

export const GROUPS: readonly { readonly id: ChoiceGroup; readonly title: string }[] = [
  { id: 'trace', title: 'Trace' },
  { id: 'metrics', title: 'Metrics' },
  { id: 'picture', title: 'Picture' },
  { id: 'run', title: 'Run' },
];

const texts = EXPORT_FORMATS.map((format): Choice => {
  return { kind: 'text', id: format.name, group: format.group, title: format.title, opens: format.opens, format };
});

export const CHOICES: readonly Choice[] = [
  ...texts,
  {
    kind: 'png',
    id: 'png',
    group: 'picture',
    title: 'Image, PNG',
    opens: 'Slides, chats and documents: the network at the playhead, in pixels.',
  },
  {
    kind: 'svg',
    id: 'svg',
    group: 'picture',
    title: 'Image, SVG',
    opens: 'Papers, browsers and drawing programs: the network at the playhead as vectors that can be edited.',
  },
  {
    kind: 'video',
    id: 'video',
    group: 'picture',
    title: 'Video',
    opens: 'Browsers, slides and video players: a stretch of the run, recorded as it is drawn.',
  },
  {
    kind: 'run-file',
    id: 'run-file',
    group: 'run',
    title: 'Run file',
    opens: 'This page, here or on another machine: the run with its whole trace, ready to go on from where it stands.',
  },
];
