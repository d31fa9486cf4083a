import { type Problem, type ProblemCode, type ProblemParams, type ProblemReason, toProblem } from '../contract/index.ts';

/** The one error of the program. Foreign errors become one at the edge where they are met. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly problem: Problem;

  constructor(reason: ProblemReason, params: ProblemParams = {}, options: { detail?: string; cause?: unknown } = {}) {
    const problem = toProblem(reason, params, options.detail ?? null);
    super(problem.message, { cause: options.cause });
    this.problem = problem;
  }

  get code(): ProblemCode {
    return this.problem.code;
  }

  get reason(): ProblemReason {
    return this.problem.reason;
  }
}

/** For the last edge: what was not foreseen becomes `internal`, an abort becomes `cancelled`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isAbort(error)) return new AppError('cancelled', {}, { cause: error });
  return new AppError('internal', { message: messageOf(error) }, { cause: error });
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || (error instanceof AppError && error.code === 'cancelled'));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
