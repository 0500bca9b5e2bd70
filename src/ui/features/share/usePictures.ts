/** Pictures of the network at any moment of the run, in the theme on the screen. */
import { useCallback } from 'react';
import type { Micros } from '../../../core/time.ts';
import { readColours } from '../../lib/colours.ts';
import type { DrawNetwork } from '../../lib/picture.ts';
import { usePlayground } from '../../playground.tsx';

export type SizeName = 'wide' | 'square' | 'tall';

/** CSS px; even, as video codecs want them. */
export const SIZES = [
  { name: 'wide', label: 'Wide, 16 : 9', width: 1280, height: 720 },
  { name: 'square', label: 'Square', width: 960, height: 960 },
  { name: 'tall', label: 'Tall, 9 : 16', width: 720, height: 1280 },
] as const;

export function sizeOf(name: SizeName): { readonly width: number; readonly height: number } {
  return SIZES.find((size) => size.name === name) ?? SIZES[0];
}

/** @throws Error (when called) while no testnet is loaded */
export function usePictures(draw: DrawNetwork): (at: Micros, width: number, height: number) => string {
  const { session } = usePlayground();
  return useCallback(
    (at, width, height) => {
      const frame = session.frame();
      if (frame === null) throw new Error('no testnet is loaded yet');
      return draw({ frame, trace: session.view(), at, width, height, colours: readColours(document.body) });
    },
    [session, draw],
  );
}
