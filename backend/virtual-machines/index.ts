export { autostart } from './autostart.ts';
