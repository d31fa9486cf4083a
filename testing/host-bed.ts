import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { Host } from '../backend/hosts/host.ts';

/** What a test of the suite has for itself. */
export interface HostBed {
  /** Of the kind of host, in the tests' names. */
  readonly name: string;
  readonly host: Host;
  /** An empty one on the machine that the host reaches. */
  readonly folder: string;
  /** Ends with the test. */
  readonly stack: AsyncDisposableStack;
  /** Another host of the kind. */
  open(): Promise<Host>;
}

export const never = new AbortController().signal;

/** Until the process does not exist (or is a zombie that its parent has not fetched). */
export async function gone(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(1);
  await expect.poll(async () => (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')).split(') ')[1]?.[0]).toBe('Z');
}

/** What the attempt gives once it succeeds. */
export async function poll<T>(attempt: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await expect.poll(async () => (result = await attempt().catch(() => undefined))).toBeTruthy();
  return result as T;
}
