import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { MachineId } from '../backend/contract/index.ts';

/** A driver of another process does it (snapshot-worker.ts), and is killed in the middle. Nobody else may hold the machine. */
export async function cutOff(folder: string, id: MachineId, ...words: string[]): Promise<void> {
  const worker = spawn(process.execPath, [resolve('testing/snapshot-worker.ts'), folder, id, ...words], { stdio: 'inherit' });
  const [, signal] = await once(worker, 'exit');
  if (signal !== 'SIGKILL') throw new Error(`${words.join(' ')} had ended before it said how far it was`);
}
