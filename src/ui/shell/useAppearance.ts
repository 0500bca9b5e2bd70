import { useEffect } from 'react';
import { useUi } from '../playground.tsx';

/** Puts theme and projector mode on the document, where the tokens look for them. */
export function useAppearance(): void {
  const theme = useUi((state) => state.theme);
  const projector = useUi((state) => state.projector || state.presenting !== null);
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset['theme'];
    else dataset['theme'] = theme;
    dataset['projector'] = String(projector);
  }, [theme, projector]);
}
