import type { ByteChannel } from '../driver.ts';
import type { ContainerInspect } from './engine-api.ts';
import { frames } from './frames.ts';
import { Resizer } from './resizer.ts';
import { closing, DETACH_KEYS, exitCodeOf, outputOf, type TerminalDeps, type TerminalRequest } from './terminal-connection.ts';

/** Lines of the log shown above what the workload writes from now on. */
const BACKLOG_LINES = 500;

/** The workload's own input and output. Closing it leaves the workload as it is. */
export async function openAttach(
  deps: TerminalDeps,
  { container, size, refused }: TerminalRequest,
  signal: AbortSignal,
): Promise<ByteChannel> {
  const { client, containers } = deps;
  const tty = container.Config.Tty;
  const backlog = await backlogOf(deps, container, signal);
  const query = { stream: true, stdout: true, stderr: true, stdin: container.Config.OpenStdin, detachKeys: DETACH_KEYS };
  const socket = await client.upgrade({ method: 'POST', path: `/containers/${container.Id}/attach`, query, refused }, signal);
  const lifetime = new AbortController();
  const resizer = tty ? new Resizer(deps, `/containers/${container.Id}/resize`, lifetime.signal) : null;
  resizer?.resize(size);
  const closed = closing(socket);
  return {
    output: tty ? outputOf(socket) : withoutFrames(outputOf(socket)),
    backlog,
    exited: closed.then(() =>
      exitCodeOf(async () => (await containers.inspectNative(container.Id, lifetime.signal)).State, deps, lifetime.signal),
    ),
    write: (bytes) => {
      if (container.Config.OpenStdin) socket.write(bytes);
    },
    resize: (to) => resizer?.resize(to),
    async [Symbol.asyncDispose]() {
      lifetime.abort();
      socket.destroy();
      await closed;
    },
  };
}

async function backlogOf({ client }: TerminalDeps, container: ContainerInspect, signal: AbortSignal): Promise<Uint8Array | null> {
  const query = { stdout: true, stderr: true, tail: BACKLOG_LINES };
  const body = await client.stream({ method: 'GET', path: `/containers/${container.Id}/logs`, query }, signal);
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of container.Config.Tty ? (body as AsyncIterable<Uint8Array>) : withoutFrames(body)) chunks.push(chunk);
  } catch (error) {
    throw client.translate(error, signal);
  }
  return chunks.length === 0 ? null : Buffer.concat(chunks);
}

/** A workload without a terminal writes bare newlines; a screen wants the carriage return that a terminal would add. */
async function* withoutFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const batch of frames(chunks as AsyncIterable<Buffer>)) {
    for (const { payload } of batch) yield Buffer.from(payload.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
  }
}
