import { oc } from '@orpc/contract';
import { problem } from '../problem.ts';

/** Every call fails with this one shape and no other. */
export const base = oc.errors({ PROBLEM: { data: problem } });
