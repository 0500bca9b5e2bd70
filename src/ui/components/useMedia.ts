import { useSyncExternalStore } from 'react';

/** The width below which the page is laid out for a phone. Also written in the style sheets. */
export const PHONE = '(max-width: 760px)';

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
