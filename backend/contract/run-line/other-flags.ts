/** Why a flag of the line says nothing of the container; a key of the renderer's catalogue. */
export type OtherReason = 'terminalOnly' | 'needsFile' | 'windowsOnly' | 'podmanOnly' | 'notOffered';

/** Flags that are known and cannot be taken. `isSwitch`: no value follows. */
export interface OtherFlag {
  reason: OtherReason | null;
  isSwitch: boolean;
}

const value = (reason: OtherReason): OtherFlag => ({ reason, isSwitch: false });
const toggle = (reason: OtherReason | null): OtherFlag => ({ reason, isSwitch: true });

const PODMAN_VALUES =
  'arch authfile cgroup-conf cgroups chrootdirs conmon-pidfile decryption-key env-merge gidmap gpus-path group-entry hostuser image-volume init-path ' +
  'intel-rdt-closid ip-range os passwd-entry personality pidfile pod pod-id-file preserve-fd preserve-fds rdt-class requires retry retry-delay ' +
  'sdnotify seccomp-policy secret shm-size-systemd subgidname subuidname systemd timeout tz uidmap umask unsetenv variant';
const PODMAN_SWITCHES = 'env-host http-proxy no-hosts no-hostname passwd read-only-tmpfs replace rmi rootfs tls-verify unsetenv-all';

export const OTHER_FLAGS: ReadonlyMap<string, OtherFlag> = new Map([
  // What runs here runs detached.
  ['detach', toggle(null)],
  ['quiet', toggle(null)],
  ['attach', value('terminalOnly')],
  ['detach-keys', value('terminalOnly')],
  ['sig-proxy', toggle('terminalOnly')],
  ['cidfile', value('terminalOnly')],
  ['disable-content-trust', toggle('terminalOnly')],
  ['env-file', value('needsFile')],
  ['label-file', value('needsFile')],
  ['cpu-count', value('windowsOnly')],
  ['cpu-percent', value('windowsOnly')],
  ['io-maxbandwidth', value('windowsOnly')],
  ['io-maxiops', value('windowsOnly')],
  ['isolation', value('windowsOnly')],
  ['kernel-memory', value('notOffered')],
  ['link-local-ip', value('notOffered')],
  ['use-api-socket', toggle('notOffered')],
  ['help', toggle('notOffered')],
  ...PODMAN_VALUES.split(' ').map((name) => [name, value('podmanOnly')] as const),
  ...PODMAN_SWITCHES.split(' ').map((name) => [name, toggle('podmanOnly')] as const),
]);

export const OTHER_SHORT: ReadonlyMap<string, string> = new Map([
  ['d', 'detach'],
  ['q', 'quiet'],
  ['a', 'attach'],
]);

/** Other names of the same. */
export const SAME: ReadonlyMap<string, string> = new Map([
  ['net', 'network'],
  ['net-alias', 'network-alias'],
  ['dns-opt', 'dns-option'],
  ['healthcheck-command', 'health-cmd'],
  ['healthcheck-interval', 'health-interval'],
  ['healthcheck-retries', 'health-retries'],
  ['healthcheck-start-period', 'health-start-period'],
  ['healthcheck-timeout', 'health-timeout'],
]);
