import type { LogLine, Machine } from '../../../../backend/contract/index.ts';
import type { BackendConnection } from '../../../backend/index.ts';
import { plainText } from './ansi.ts';

/** A line as text: its time and stream, then what was written. */
export function logText(line: LogLine, options: { times: boolean; streams: boolean }): string {
  const time = options.times && line.timeMs !== null ? `${new Date(line.timeMs).toISOString()} ` : '';
  return `${time}${options.streams ? `${line.stream} ` : ''}${plainText(line.text)}`;
}

/** Asks the engine for every line that it keeps, not only for those on the page, and hands them to the browser as a file. */
export async function saveLog(
  options: { connection: BackendConnection; machine: Machine; onProgress: (lines: number) => void },
  signal: AbortSignal,
): Promise<void> {
  const { connection, machine, onProgress } = options;
  // A Blob of many parts may lie on disk; one string of a large log would not fit into memory.
  const parts: Blob[] = [];
  let count = 0;
  for await (const lines of await connection.client.machines.logs({ id: machine.id, follow: false, tail: null }, { signal })) {
    parts.push(new Blob([`${lines.map((line) => logText(line, { times: true, streams: true })).join('\n')}\n`]));
    count += lines.length;
    onProgress(count);
  }
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${machine.name}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.log`;
  link.click();
  // The download has its own hold on the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
