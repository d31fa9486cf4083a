import { type ImplementerInternalWithMiddlewares, implement, ORPCError, type Router } from '@orpc/server';
import { contract, type Problem, problem } from '../contract/index.ts';
import { AppError, type Logger, toAppError } from '../core/index.ts';

export interface RouterOptions {
  logger: Logger;
  /** Also checks what goes out: for development and tests. What comes in is always checked. */
  checkOutputs: boolean;
}

/** What every handler is given besides its input. */
export type CallContext = {
  /** Aborts when the caller goes away. */
  signal: AbortSignal;
  /** The error as it may cross the wire. */
  fail(error: unknown): ORPCError<'PROBLEM', Problem>;
};

type NoContext = Record<never, never>;
export type Implementer = ImplementerInternalWithMiddlewares<typeof contract, NoContext, CallContext>;
/** The whole contract, implemented. */
export type ContractRouter = Router<typeof contract, NoContext>;
/** One namespace of it. */
export type Handlers<Namespace extends keyof typeof contract> = Router<(typeof contract)[Namespace], NoContext>;

/**
 * The contract, to be filled with handlers. Every handler gets `context.signal`, which aborts when its caller goes away, and
 * may throw what it likes: what crosses the wire is always the contract's PROBLEM.
 */
export function implementContract({ logger, checkOutputs }: RouterOptions): Implementer {
  const config = { initialOutputValidationIndex: checkOutputs ? 0 : Number.NaN };
  const base = implement(contract).$config(config);
  return base.use(async ({ next, path, signal = NEVER }) => {
    const fail = (error: unknown) => toWire(error, logger.child({ call: path.join('.') }));
    try {
      return await next({ context: { signal, fail } });
    } catch (error) {
      throw fail(error);
    }
  });
}

const NEVER = new AbortController().signal;

/** A stream as oRPC wants it; ends when the caller goes away. What it throws is translated as a call's errors are. */
export async function* stream<T>(source: AsyncIterable<T>, { fail }: CallContext): AsyncGenerator<T, void> {
  try {
    yield* source;
  } catch (error) {
    throw fail(error);
  }
}

function toWire(error: unknown, logger: Logger): ORPCError<'PROBLEM', Problem> {
  const appError = error instanceof ORPCError ? fromOrpc(error) : toAppError(error);
  if (appError.code === 'internal') logger.error('a call failed', { error });
  else if (appError.code !== 'cancelled') logger.info('a call was answered with a problem', { problem: appError.problem });
  return new ORPCError('PROBLEM', { data: appError.problem, message: appError.message });
}

/** oRPC's own errors: mostly that the input does not fit the contract. */
function fromOrpc(error: ORPCError<string, unknown>): AppError {
  const known = problem.safeParse(error.data);
  if (known.success) return new AppError(known.data.reason, known.data.params, { cause: error });
  const issue = error.code === 'BAD_REQUEST' ? firstIssue(error.data) : null;
  if (issue !== null) return new AppError('invalidInput', issue, { cause: error });
  return new AppError('internal', { message: error.message }, { cause: error });
}

function firstIssue(data: unknown): { field: string; message: string } | null {
  const issue = (data as { issues?: { path?: PropertyKey[]; message?: string }[] } | undefined)?.issues?.[0];
  if (issue === undefined) return null;
  return { field: issue.path?.join('.') || 'input', message: issue.message ?? '' };
}
