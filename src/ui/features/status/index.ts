export { StatusPanel } from './Panel.tsx';
