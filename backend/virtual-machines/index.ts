export { autostart } from './autostart.ts';
export { createCreator, type VmCreator } from './create.ts';
