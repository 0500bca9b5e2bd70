export { ScenarioFields, useLoad } from './Header.tsx';
export { ScenariosPanel } from './Panel.tsx';
