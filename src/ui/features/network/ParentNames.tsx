/** What the lines around the leaves of divided shards say, for those who cannot see them. */
import { shardName } from '../../lib/shards.ts';
import { useShards } from '../../useShards.ts';
import { parentCaption } from './parents.ts';

const PER_SECOND = 2;

export function ParentNames() {
  const now = useShards(PER_SECOND);
  const { parents = [] } = now?.shape ?? {};
  if (now === null || parents.length === 0) return null;
  return (
    <ul className="visually-hidden" aria-label="Nested shards">
      {parents.map(({ name, shards }, parent) => (
        <li key={name}>
          {parentCaption(now.shape, parent, now.moment)}: {shards.map(shardName).join(', ')}
        </li>
      ))}
    </ul>
  );
}
