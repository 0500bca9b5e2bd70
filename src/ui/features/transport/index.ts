export { TransportPanel } from './Panel.tsx';
