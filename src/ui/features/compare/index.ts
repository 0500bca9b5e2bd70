export { ComparePanel } from './Panel.tsx';
