import { posix } from 'node:path';
import { type Architecture, architecture, type Problem, toProblem, type VmAbilities } from '../../contract/index.ts';
import type { Host } from '../../hosts/host.ts';
import { findFirmware } from './firmware.ts';
import type { PreparedPlatform } from './platform.ts';
import { readText } from './process.ts';
import { findVirtiofsd, hasCommand } from './sharing.ts';

const QEMU_PACKAGE = { x86_64: 'qemu-system-x86', aarch64: 'qemu-system-arm' } as const satisfies Record<Architecture, string>;
const UEFI_PACKAGE = { x86_64: 'ovmf', aarch64: 'qemu-efi-aarch64' } as const satisfies Record<Architecture, string>;

/** QEMU's program that connects a machine to a bridge, as root: Debian, Fedora. */
const BRIDGE_HELPERS = ['/usr/lib/qemu/qemu-bridge-helper', '/usr/libexec/qemu-bridge-helper'];
/** Says which bridges anybody may use. */
const BRIDGE_RULES = '/etc/qemu/bridge.conf';
const DEVICES = '/sys/class/net';
const SET_USER_ID = 0o4000;
const ROOT = '0';

interface Person {
  id: string;
  name: string;
}

/** Looked up anew at each call: people install what is missing while they look at the form. */
export async function hostAbilities(host: Host, prepared: PreparedPlatform | null, signal: AbortSignal): Promise<VmAbilities> {
  const facts = await host.facts(signal);
  const person: Person = { id: await wordOf(host, '-u', signal), name: await wordOf(host, '-un', signal) };
  const [virtiofsd, swtpm] = await Promise.all([findVirtiofsd(host, signal), hasCommand(host, 'swtpm', signal)]);
  const native = architecture.safeParse(facts.architecture);
  return {
    hostCpus: facts.cpus,
    hostMemoryBytes: facts.memoryBytes,
    native: native.success ? native.data : null,
    architectures: { x86_64: await emulator(host, 'x86_64', signal), aarch64: await emulator(host, 'aarch64', signal) },
    uefi: { x86_64: await uefi(host, 'x86_64', signal), aarch64: await uefi(host, 'aarch64', signal) },
    microvm: microvmAbility(prepared),
    tpm: swtpm ? null : toProblem('swtpmMissing', { package: 'swtpm' }),
    ...(await devices(host, person, signal)),
    sharing: virtiofsd === null ? '9p' : 'virtiofs',
  };
}

/**
 * Linux on a microvm has its clock's speed from KVM. An emulated one has nothing to measure it by, and no tick to wait for either:
 * docs/decisions/0016-systems-on-microvm.md
 */
function microvmAbility(prepared: PreparedPlatform | null): Problem | null {
  if (prepared === null) return toProblem('acceleratorUnknown');
  return prepared.platform.accelerator === 'tcg' ? toProblem('microvmEmulated') : null;
}

async function emulator(host: Host, kind: Architecture, signal: AbortSignal): Promise<Problem | null> {
  const found = await hasCommand(host, `qemu-system-${kind}`, signal);
  return found ? null : toProblem('qemuArchitectureMissing', { architecture: kind, package: QEMU_PACKAGE[kind] });
}

async function uefi(host: Host, kind: Architecture, signal: AbortSignal): Promise<Problem | null> {
  const found = await findFirmware(host, kind, signal);
  return found === null ? toProblem('firmwareMissing', { package: UEFI_PACKAGE[kind] }) : null;
}

async function devices(host: Host, person: Person, signal: AbortSignal): Promise<Pick<VmAbilities, 'bridges' | 'taps'>> {
  const found: Pick<VmAbilities, 'bridges' | 'taps'> = { bridges: [], taps: [] };
  for (const name of ((await host.listFolder(DEVICES, signal)) ?? []).sort()) {
    const device = posix.join(DEVICES, name);
    if ((await host.stat(posix.join(device, 'bridge'), signal)) !== null) {
      found.bridges.push({ name, ability: await bridgeAbility(host, { bridge: name, person }, signal) });
    } else if ((await host.stat(posix.join(device, 'tun_flags'), signal)) !== null) {
      const owner = (await readText(host, posix.join(device, 'owner'), signal)).trim();
      const yours = person.id === ROOT || owner === person.id;
      found.taps.push({ name, ability: yours ? null : toProblem('tapNotYours', { device: name, user: person.name }) });
    }
  }
  return found;
}

async function bridgeAbility(host: Host, of: { bridge: string; person: Person }, signal: AbortSignal): Promise<Problem | null> {
  const { bridge, person } = of;
  const denied = toProblem('bridgeHelperDenied', { path: BRIDGE_HELPERS[0] ?? '' });
  const helper = await firstOf(host, BRIDGE_HELPERS, signal);
  if (helper === null) return denied;
  if (person.id !== ROOT && !(await isSetUserId(host, helper, signal))) return { ...denied, params: { path: helper } };
  const rules = await readText(host, BRIDGE_RULES, signal);
  return allows(rules, bridge) ? null : toProblem('bridgeNotAllowed', { bridge, path: BRIDGE_RULES });
}

/** As QEMU reads it: a `deny` counts wherever it stands. https://wiki.qemu.org/Features/HelperNetworking */
export function allows(rules: string, bridge: string): boolean {
  const words = rules.split('\n').map((line) => line.trim().split(/\s+/));
  const has = (verb: string) => words.some(([first, name]) => first === verb && (name === bridge || name === 'all'));
  return has('allow') && !has('deny');
}

async function firstOf(host: Host, paths: readonly string[], signal: AbortSignal): Promise<string | null> {
  for (const path of paths) if ((await host.stat(path, signal)) !== null) return path;
  return null;
}

async function isSetUserId(host: Host, path: string, signal: AbortSignal): Promise<boolean> {
  const { stdout } = await host.exec(['stat', '-c', '%a', path], {}, signal);
  return (Number.parseInt(stdout.toString(), 8) & SET_USER_ID) !== 0;
}

async function wordOf(host: Host, flag: string, signal: AbortSignal): Promise<string> {
  return (await host.exec(['id', flag], {}, signal)).stdout.toString().trim();
}
