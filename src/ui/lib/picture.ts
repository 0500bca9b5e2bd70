/** What it takes to draw the network as a picture of its own, whoever draws it and whatever becomes of it. */
import type { Micros } from '../../core/time.ts';
import type { Frame, TraceView } from '../../session/view.ts';
import type { Colours } from './colours.ts';

export interface PictureRequest {
  readonly frame: Frame;
  readonly trace: TraceView;
  /** The moment that the picture shows. */
  readonly at: Micros;
  /** CSS px. */
  readonly width: number;
  readonly height: number;
  readonly colours: Colours;
}

/** An SVG document that stands alone: no style sheet, no font, no script of the page. */
export type DrawNetwork = (request: PictureRequest) => string;
