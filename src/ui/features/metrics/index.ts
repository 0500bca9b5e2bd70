export { MetricsPanel } from './Panel.tsx';
