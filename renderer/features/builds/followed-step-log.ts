import type { LogLine, TaskId } from '../../../backend/contract/index.ts';
import type { BackendConnection } from '../../backend/index.ts';
import { LogBuffer } from '../logs/log-buffer.ts';

/** What one step writes, read into a buffer as the logs of machines are. */
export class FollowedStepLog {
  readonly buffer = new LogBuffer();
  readonly #ending = new AbortController();

  constructor({
    connection,
    id,
    step,
    onProblem,
  }: { connection: BackendConnection; id: TaskId; step: string; onProblem: (error: unknown) => void }) {
    connection
      .follow(
        (client, signal) => {
          this.buffer.clear();
          return client.builds.log({ id, step }, { signal });
        },
        (lines) => this.#append(lines),
        this.#ending.signal,
      )
      .catch(onProblem);
  }

  dispose(): void {
    this.#ending.abort();
  }

  #append(lines: LogLine[]): void {
    this.buffer.append({
      text: lines.map(({ text }) => text).join('\n'),
      timesMs: lines.map(({ timeMs }) => timeMs),
      runs: lines.map(({ stream }) => ({ source: 0, stream, lines: 1 })),
    });
  }
}
