/** On a line of virtual time: where the pointer is in another view of the same run. */
import { useUi } from '../playground.tsx';

export function Pointed({ head }: { readonly head: number }) {
  const at = useUi((state) => state.pointedAt);
  if (at === null || head === 0 || at > head) return null;
  return (
    <i
      aria-hidden="true"
      style={{
        position: 'absolute',
        left: `${(100 * at) / head}%`,
        top: 0,
        bottom: 0,
        borderLeft: '1px dashed var(--focus)',
        pointerEvents: 'none',
      }}
    />
  );
}
