import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A server of a bench in a process of its own, so that it and its client do not share a core's time slice. */
export interface ServerProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  /** What it said when it was ready: the first line of its output. */
  readonly said: string;
}

/** @param argv a script of the repository, and its arguments */
export async function startServer(argv: [script: string, ...args: string[]], env: NodeJS.ProcessEnv = process.env): Promise<ServerProcess> {
  const [script, ...args] = argv;
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', '..', script), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await firstLine(child);
  return {
    process: child,
    said,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** @throws Error when it ends instead */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const end = said.indexOf('\n');
      if (end >= 0) resolve(said.slice(0, end));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a server of the bench ended with ${code}: ${said}`)));
  });
}
