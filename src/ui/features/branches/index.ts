export { BranchesPanel } from './Panel.tsx';
