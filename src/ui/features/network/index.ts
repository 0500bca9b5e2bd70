export { NetworkPanel } from './Panel.tsx';
