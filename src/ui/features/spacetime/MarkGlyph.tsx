/** The sign of a mark as on the canvas, inline. */
import type { MarkKind } from '../../../session/view.ts';

const PATHS: Readonly<Record<MarkKind, { readonly path: string; readonly token: string; readonly isFilled: boolean }>> =
  {
    decide: { path: 'M3 3h10v10H3Z', token: '--ink', isFilled: true },
    timer: { path: 'M3 3h10L3 13h10Z', token: '--ink-2', isFilled: true },
    drop: { path: 'M4 4l8 8M12 4l-8 8', token: '--verdict-violated', isFilled: false },
    fault: { path: 'M8 2.500 14 13H2Z', token: '--verdict-violated', isFilled: true },
    heal: { path: 'M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3Z', token: '--ink-3', isFilled: false },
    evidence: { path: 'M8 2 13.500 8 8 14 2.500 8Z', token: '--fault-byzantine', isFilled: true },
  };

export function MarkGlyph({ kind }: { readonly kind: MarkKind }) {
  const { path, token, isFilled } = PATHS[kind];
  const colour = `var(${token})`;
  return (
    <svg width="12" height="12" viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} fill={isFilled ? colour : 'none'} stroke={isFilled ? 'none' : colour} strokeWidth="2" />
    </svg>
  );
}
