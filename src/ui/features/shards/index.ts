export { ShardsPanel } from './Panel.tsx';
