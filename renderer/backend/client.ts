import { type ClientLink, createORPCClient, ORPCError } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { type contract, type Problem, problem, toProblem } from '../../backend/contract/index.ts';
import { ChannelError } from '../platform/index.ts';

/** The contract as functions. Every call fails with an error that `problemOf` understands. */
export type BackendClient = ContractRouterClient<typeof contract>;

export type BackendLink = ClientLink<Record<never, never>>;

export function createClient(link: BackendLink): BackendClient {
  return createORPCClient<BackendClient>(link);
}

/** What to tell a person about an error of a call. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ChannelError) return error.problem;
  if (error instanceof ORPCError) {
    const declared = problem.safeParse(error.data);
    if (declared.success) return declared.data;
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') return toProblem('backendLost');
  if (error instanceof Error && error.name === 'AbortError') return toProblem('cancelled');
  return toProblem('internal', { message: error instanceof Error ? error.message : String(error) });
}
