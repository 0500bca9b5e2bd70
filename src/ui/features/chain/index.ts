export { ChainPanel } from './Panel.tsx';
