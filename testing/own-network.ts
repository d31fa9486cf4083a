import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './debian-rootfs.ts';

const WITHIN_MS = 30_000;
/** All of it lies in the namespace, and may be called as anything. */
const BRIDGE = 'br0';
const TAP = 'machines0';
const HOST = '10.99.0.1';
const GUEST = '10.99.0.2';
const PREFIX = 24;

export interface OwnNetwork extends AsyncDisposable {
  bridge: string;
  /** On the bridge. */
  tap: string;
  /** What a guest may have as its address. */
  guestAddress: string;
  prefix: number;
  /** QEMU's programs, which run in there: to be put before what is on the PATH. */
  programs: string;
  /** What a server on the guest's TCP port says first to who connects from the host's side of the bridge. */
  greeting(port: number): Promise<string>;
}

/**
 * A network namespace with a bridge and a tap device, and QEMU allowed to use them: of this machine's own devices, addresses and
 * files nothing changes. A string says why there is none.
 * @param folder for programs and rules
 */
export async function ownNetwork(folder: string): Promise<OwnNetwork | string> {
  const name = `catamaran-${process.pid}`;
  const made = await run('ip', ['netns', 'add', name]).catch((error: Error) => error);
  if (made instanceof Error) return `no network namespace can be made here: ${made.message.trim()}`;
  const remove = async () => void (await run('ip', ['netns', 'del', name]));
  try {
    const ip = async (...args: string[]) => await run('ip', ['-n', name, ...args]);
    await ip('link', 'add', BRIDGE, 'type', 'bridge');
    await ip('addr', 'add', `${HOST}/${PREFIX}`, 'dev', BRIDGE);
    await ip('link', 'set', BRIDGE, 'up');
    await ip('tuntap', 'add', 'dev', TAP, 'mode', 'tap');
    await ip('link', 'set', TAP, 'master', BRIDGE, 'up');
    await mkdir(join(folder, 'etc/qemu'), { recursive: true });
    await writeFile(join(folder, 'etc/qemu/bridge.conf'), `allow ${BRIDGE}\n`);
    const programs = join(folder, 'programs');
    await mkdir(programs);
    const inside = `mount -t overlay overlay -o lowerdir=${folder}/etc:/etc /etc && exec "$0" "$@"`;
    for (const program of ['qemu-system-x86_64', 'qemu-system-aarch64']) {
      const script = `#!/bin/sh\nexec nsenter --net=/run/netns/${name} unshare --mount sh -c '${inside}' /usr/bin/${program} "$@"\n`;
      await writeFile(join(programs, program), script);
      await chmod(join(programs, program), 0o755);
    }
    const read = `exec 3<>/dev/tcp/${GUEST}/"$0"; head -n 1 <&3`;
    return {
      ...{ bridge: BRIDGE, tap: TAP, guestAddress: GUEST, prefix: PREFIX, programs },
      greeting: async (port) => {
        const { stdout } = await run('ip', ['netns', 'exec', name, 'bash', '-c', read, String(port)], { timeout: WITHIN_MS });
        return stdout.trim();
      },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    return `no bridge can be made here: ${error instanceof Error ? error.message.trim() : error}`;
  }
}
