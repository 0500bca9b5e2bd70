export { SnapshotsPanel } from './Panel.tsx';
