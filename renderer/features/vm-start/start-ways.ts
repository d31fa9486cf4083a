import type { StartWay } from '../../../backend/contract/index.ts';

/** The slowest first. */
export const START_WAYS = ['boot', 'clone', 'warm'] as const satisfies readonly StartWay[];
