import { randomBytes } from 'node:crypto';
import { checkNetworkConfig, checkUserData, hashPlainPasswords, saltOf, sha512Crypt } from '../contract/cloud-config/index.ts';
import { type CloudInit, type CreateVmRequest, faultsOf, MOST_SATA_DISKS } from '../contract/index.ts';
import { AppError } from '../core/index.ts';

/** What each field may be alone, the contract says; this is what they may not be together. @throws AppError `invalidInput`, `hardwareImpossible`, `cloudInitInvalid` */
export function checkRequest(request: CreateVmRequest): void {
  const { cloudInit } = request;
  // Which processors the host has, its driver knows.
  const [wrong] = faultsOf(request, { hostCpus: Number.POSITIVE_INFINITY });
  if (wrong !== undefined) throw new AppError('invalidInput', { field: wrong.field, message: wrong.fault });
  const message = impossible(request);
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

/** With its disks and ports. */
function impossible({ hardware, disks, ports }: CreateVmRequest): string | null {
  const { machine, cdrom, network } = hardware;
  const sata = disks.filter(({ bus }) => bus === 'sata').length;
  if (machine !== 'q35' && sata > 0) return `${machine} has no SATA`;
  if (sata > MOST_SATA_DISKS) return `there is room for ${MOST_SATA_DISKS} SATA disks`;
  if (disks.length === 0 && cdrom?.path == null && hardware.bootFrom !== 'network') return 'it has nothing to boot from';
  return network.type !== 'user' && ports.length > 0 ? 'ports are forwarded on a user network only' : null;
}
