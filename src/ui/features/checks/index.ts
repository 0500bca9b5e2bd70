export { ChecksPanel } from './Panel.tsx';
