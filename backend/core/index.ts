export * from './app-error.ts';
export * from './byte-link.ts';
export * from './clock.ts';
export * from './logger.ts';
export * from './rate.ts';
export * from './scope.ts';
export * from './streams.ts';
export * from './whole-file.ts';
