export { FaultsPanel } from './Panel.tsx';
