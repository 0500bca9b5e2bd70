/** Opens the panel when the address asks for a comparison. Knows nothing of the panel, which is loaded then. */
import { useEffect } from 'react';
import { parseHash } from '../../../scenario/link.ts';
import { useUi } from '../../playground.tsx';

export function useCompareAddress(): void {
  const openRail = useUi((state) => state.openRail);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  useEffect(() => {
    const follow = () => {
      if (!parseHash(location.hash).options.has('compare')) return;
      openRail('compare');
      openPhoneTab('compare');
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [openRail, openPhoneTab]);
}
