export { createDisplays, type Displays } from './displays.ts';
