export { InspectorPanel } from './Panel.tsx';
