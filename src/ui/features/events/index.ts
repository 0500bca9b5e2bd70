export { EventsPanel } from './Panel.tsx';
