export { ExplorePanel } from './Panel.tsx';
