export { PetriPanel } from './Panel.tsx';
