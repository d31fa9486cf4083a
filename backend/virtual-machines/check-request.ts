import { randomBytes } from 'node:crypto';
import { checkNetworkConfig, checkUserData, hashPlainPasswords, saltOf, sha512Crypt } from '../contract/cloud-config/index.ts';
import { type CloudInit, type CreateVmRequest, faultsOf, MOST_SATA_DISKS } from '../contract/index.ts';
import { AppError } from '../core/index.ts';

/** What each field may be alone, the contract says; this is what they may not be together. @throws AppError `hardwareImpossible`, `cloudInitInvalid` */
export function checkRequest({ hardware, cpus, disks, cloudInit, ports }: CreateVmRequest): void {
  const message = impossible({ hardware, cpus, disks, ports });
  if (message !== null) throw new AppError('hardwareImpossible', { message });
  if (cloudInit === null) return;
  const texts = [
    { text: 'user data', issues: checkUserData(cloudInit.userData) },
    { text: 'network configuration', issues: cloudInit.networkConfig === null ? [] : checkNetworkConfig(cloudInit.networkConfig) },
  ];
  for (const { text, issues } of texts) {
    const error = issues.find(({ severity }) => severity === 'error');
    if (error !== undefined) throw new AppError('cloudInitInvalid', { text, line: error.line }, { detail: error.rule });
  }
}

export function withoutPlainPasswords({ userData, networkConfig }: CloudInit): CloudInit {
  return { userData: hashPlainPasswords(userData, (password) => sha512Crypt(password, saltOf(randomBytes(12)))), networkConfig };
}

function impossible({ hardware, cpus, disks, ports }: Pick<CreateVmRequest, 'hardware' | 'cpus' | 'disks' | 'ports'>): string | null {
  const { architecture, machine, firmware, topology, maximumCpus, cdrom, network } = hardware;
  const [lacking] = machine === 'microvm' ? faultsOf({ cpus, memoryBytes: 0, hardware }, { hostCpus: Number.POSITIVE_INFINITY }) : [];
  if (lacking !== undefined) return `a microvm has no such ${lacking.field}`;
  if ((architecture === 'aarch64') !== (machine === 'virt')) return `${machine} is no machine for ${architecture}`;
  if (architecture === 'aarch64' && firmware === 'bios') return 'AArch64 has UEFI only';
  if (machine !== 'q35' && disks.some(({ bus }) => bus === 'sata')) return `${machine} has no SATA`;
  if (disks.filter(({ bus }) => bus === 'sata').length > MOST_SATA_DISKS) return `there is room for ${MOST_SATA_DISKS} SATA disks`;
  const most = topology === null ? maximumCpus : topology.sockets * topology.cores * topology.threads;
  if (most !== null && cpus > most) return `${cpus} processors do not fit on ${most} places`;
  if (topology !== null && maximumCpus !== null && maximumCpus !== most) return 'the topology and the highest number of processors differ';
  if (disks.length === 0 && cdrom?.path == null && hardware.bootFrom !== 'network') return 'it has nothing to boot from';
  if (network.type !== 'user' && ports.length > 0) return 'ports are forwarded on a user network only';
  const tags = hardware.sharedFolders.map(({ tag }) => tag);
  return new Set(tags).size < tags.length ? 'two shared folders have one tag' : null;
}
