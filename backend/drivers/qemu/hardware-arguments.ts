import type { VmHardware } from '../../contract/index.ts';
import type { Companions, ServedFolder } from './companions.ts';
import type { Definition, System } from './definition.ts';
import { mebibytes, option, socketOptions, userNetwork, virtio } from './qemu-options.ts';
import { serialFiles, type VmFiles } from './vm-files.ts';

/** `-m` and `-smp`. Who serves a folder by virtiofs reads and writes the guest's memory, so it is shared then. */
export function sizeArguments({ cpus, memoryBytes }: Definition, { hardware }: System, { folders }: Companions): string[] {
  const mebi = mebibytes(memoryBytes);
  const shared = folders.some(({ socket }) => socket !== null);
  return [
    ...['-m', String(mebi), '-smp', processors(cpus, hardware)],
    ...(shared ? ['-object', `memory-backend-memfd,id=mem,size=${mebi}M,share=on`, '-machine', 'memory-backend=mem'] : []),
  ];
}

/** The highest number is that of the topology's places, when it is given. */
function processors(cpus: number, { topology, maximumCpus }: VmHardware): string {
  if (topology === null) return maximumCpus === null ? String(cpus) : `${cpus},maxcpus=${Math.max(cpus, maximumCpus)}`;
  const { sockets, cores, threads } = topology;
  return `${cpus},sockets=${sockets},cores=${cores},threads=${threads},maxcpus=${sockets * cores * threads}`;
}

export function tpmArguments({ hardware }: System, files: VmFiles): string[] {
  const device = hardware.machine === 'virt' ? 'tpm-tis-device' : 'tpm-crb';
  return [
    '-chardev',
    `socket,id=tpm,path=${option(files.tpm)}`,
    '-tpmdev',
    'emulator,id=tpm0,chardev=tpm',
    '-device',
    `${device},tpmdev=tpm0`,
  ];
}

/** The first is the console, and its words are the machine's log. What is said on a port while nobody looks is kept. */
export function serialArguments({ hardware }: System, files: VmFiles): string[] {
  return Array.from({ length: hardware.serialPorts }, (_, index) => {
    const { socket, log } = serialFiles(files, index);
    const chardev = ['-chardev', `socket,id=serial${index},${socketOptions(socket)},logfile=${option(log)},logappend=on`];
    // `virt` has one port of its own, a PC four.
    const ofBoard = index === 0 || hardware.machine !== 'virt';
    return [...chardev, ...(ofBoard ? ['-serial', `chardev:serial${index}`] : ['-device', `pci-serial,chardev=serial${index}`])];
  }).flat();
}

export function folderArguments(folders: readonly ServedFolder[], hardware: VmHardware): string[] {
  return folders.flatMap(({ folder, socket, asRoot }, index) => {
    if (socket !== null) {
      const device = `${virtio(hardware, 'vhost-user-fs')},chardev=folder${index},tag=${folder.tag}`;
      return ['-chardev', `socket,id=folder${index},path=${option(socket)}`, '-device', device];
    }
    const model = `security_model=${asRoot ? 'passthrough' : 'none'}`;
    const filesystem = `local,id=folder${index},path=${option(folder.path)},${model},multidevs=remap,readonly=${folder.writable ? 'off' : 'on'}`;
    return ['-fsdev', filesystem, '-device', `${virtio(hardware, 'virtio-9p')},fsdev=folder${index},mount_tag=${folder.tag}`];
  });
}

export function networkArguments({ ports }: Definition, { hardware }: System): string[] {
  const { network, macAddress, bootFrom } = hardware;
  if (network.type === 'none') return [];
  const mac = macAddress === null ? '' : `,mac=${macAddress}`;
  const order = bootFrom === 'network' ? ',bootindex=1' : '';
  const device = ['-device', `${virtio(hardware, 'virtio-net')},id=nic,netdev=net${mac}${order}`];
  if (network.type === 'bridge') return ['-netdev', `bridge,id=net,br=${network.bridge}`, ...device];
  if (network.type === 'tap') return ['-netdev', `tap,id=net,ifname=${network.device},script=no,downscript=no`, ...device];
  return ['-netdev', userNetwork(ports), ...device];
}
