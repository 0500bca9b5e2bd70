export { SpacetimePanel } from './Panel.tsx';
