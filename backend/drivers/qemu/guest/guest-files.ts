import { z } from 'zod';
import { AppError } from '../../../core/index.ts';
import type { GuestAgent } from './guest-agent.ts';

/** An emulated agent takes its time over each letter of base64; more at once only delays what else is asked. */
const CHUNK_BYTES = 192 * 1024;
const CLEAN_UP_MS = 10_000;
const HANDLE = z.int();

const readAnswer = z.object({ 'buf-b64': z.string().max(CHUNK_BYTES * 2), count: z.int().min(0).max(CHUNK_BYTES), eof: z.boolean() });
const writeAnswer = z.object({ count: z.int().positive() });

/** A file of the guest from its begin to its end. It must be a regular one: an agent that waits for a pipe serves nobody else. */
export async function* readGuestFile(agent: GuestAgent, path: string, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const handle = await open(agent, { path, mode: 'rb' }, signal);
  try {
    while (true) {
      const part = await agent.call({ command: 'guest-file-read', args: { handle, count: CHUNK_BYTES }, answer: readAnswer }, signal);
      const bytes = Buffer.from(part['buf-b64'], 'base64');
      if (bytes.length > 0) yield bytes;
      if (part.eof || bytes.length === 0) return;
    }
  } finally {
    await close(agent, handle);
  }
}

/** Replaces the content of a file of the guest. */
export async function writeGuestFile(
  agent: GuestAgent,
  of: { path: string; bytes: AsyncIterable<Uint8Array> },
  signal: AbortSignal,
): Promise<void> {
  const handle = await open(agent, { path: of.path, mode: 'wb' }, signal);
  try {
    for await (const bytes of of.bytes) {
      for (let at = 0; at < bytes.length; ) {
        const part = Buffer.from(bytes.subarray(at, at + CHUNK_BYTES));
        const args = { handle, 'buf-b64': part.toString('base64') };
        const { count } = await agent.call({ command: 'guest-file-write', args, answer: writeAnswer }, signal);
        if (count > part.length) throw new AppError('guestAgentConfused', { command: 'guest-file-write' });
        at += count;
      }
    }
    // What does not fit is often told here only.
    await agent.call({ command: 'guest-file-flush', args: { handle }, answer: z.unknown() }, signal);
  } finally {
    await close(agent, handle);
  }
}

async function open(agent: GuestAgent, args: { path: string; mode: 'rb' | 'wb' }, signal: AbortSignal): Promise<number> {
  return await agent.call({ command: 'guest-file-open', args, answer: HANDLE }, signal);
}

/** Also after a cancel; an agent that is gone has closed it already. */
async function close(agent: GuestAgent, handle: number): Promise<void> {
  await agent
    .call({ command: 'guest-file-close', args: { handle }, answer: z.unknown() }, AbortSignal.timeout(CLEAN_UP_MS))
    .catch(() => {});
}
