import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HostBed, never } from '../../testing/host-bed.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import type { Host } from './host.ts';
import { hostCommandsSuite } from './host-commands-suite.ts';
import { hostFilesSuite } from './host-files-suite.ts';
import { hostSocketsSuite } from './host-sockets-suite.ts';
import { hostTerminalsSuite } from './host-terminals-suite.ts';

/** The behaviour that every host has. The host under test must reach the machine that the test runs on. */
export function hostSuite(name: string, open: () => Promise<Host>): void {
  let stack: AsyncDisposableStack;
  let folder: string;
  let host: Host;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    folder = stack.use(await temporaryFolder()).path;
    host = stack.use(await open());
  });
  afterEach(() => stack.disposeAsync());

  /** Of the test that runs now. */
  const bed: HostBed = {
    name,
    open,
    get host() {
      return host;
    },
    get folder() {
      return folder;
    },
    get stack() {
      return stack;
    },
  };

  hostCommandsSuite(bed);
  hostTerminalsSuite(bed);
  hostSocketsSuite(bed);
  hostFilesSuite(bed);

  test(`${name}: facts`, async () => {
    const facts = await host.facts(never);
    expect(facts.id).toBe(host.id);
    expect(facts.kernelRelease).toBe((await host.exec(['uname', '-r'], {}, never)).stdout.toString().trim());
    expect(facts.architecture).toBe((await host.exec(['uname', '-m'], {}, never)).stdout.toString().trim());
    expect(facts.memoryBytes).toBeGreaterThan(64 * 1024 * 1024);
    expect(facts.cpus).toBeGreaterThan(0);
    expect(facts.osName).not.toBe('');
  });
}
