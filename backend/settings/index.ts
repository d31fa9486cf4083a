export * from './paths.ts';
export * from './store.ts';
