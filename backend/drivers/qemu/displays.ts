import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import type { MachineId } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { DisplaysFacet } from '../displays.ts';
import { CLIPBOARD } from './clipboard.ts';
import type { Connection } from './connection.ts';
import { parsePpm } from './ppm.ts';
import { record } from './qmp.ts';
import type { Vm } from './vm.ts';

const CLEAN_UP_MS = 5000;

/** Screens are QEMU's own: VNC for who looks, and pictures by `screendump`. */
export function createDisplays(of: { host: Host; vm: (id: MachineId) => Vm }): DisplaysFacet {
  const { host } = of;
  return {
    async open(id, signal) {
      const vm = of.vm(id);
      connectionOf(vm, 'screen');
      return await host.dial({ unixPath: vm.files.vnc }, signal);
    },

    async capture(id, signal) {
      const vm = of.vm(id);
      const { qmp } = connectionOf(vm, 'screenshot');
      // Portable pixmap, which costs QEMU a write and no more: it stands still while it makes a PNG.
      const path = posix.join(vm.files.runFolder, `${randomUUID()}.ppm`);
      try {
        await qmp.execute('screendump', { filename: path }, signal);
        return parsePpm(await host.readFile(path, signal));
      } finally {
        await host.remove(path, AbortSignal.timeout(CLEAN_UP_MS));
      }
    },

    async clipboard(id, signal) {
      const { qmp } = connectionOf(of.vm(id), 'clipboard');
      const chardevs = await qmp.execute('query-chardev', {}, signal);
      const found = (Array.isArray(chardevs) ? chardevs : []).map(record).find(({ label }) => label === CLIPBOARD);
      if (found === undefined) return 'none';
      return found['frontend-open'] === true ? 'ready' : 'noAgent';
    },
  };
}

/** @throws AppError `noDisplay`, `machineWrongState` */
function connectionOf({ machine: { name, state, vm }, connection }: Vm, action: string): Connection {
  if (vm?.display !== true) throw new AppError('noDisplay', { name });
  if (connection === null) throw new AppError('machineWrongState', { name, state, action });
  return connection;
}
