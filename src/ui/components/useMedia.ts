import { useSyncExternalStore } from 'react';

/**
 * When the page is laid out for a phone: it is narrow, or low, as a phone on its side and a desk's page enlarged to 200 % are.
 * Also written in the style sheets.
 */
export const PHONE = '(max-width: 960px), (max-height: 560px)';

/** Whether a media query matches now. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}
