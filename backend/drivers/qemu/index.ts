export { createQemuFinder, type QemuFinderOptions } from './finder.ts';
