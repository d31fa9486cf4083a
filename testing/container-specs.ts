import fc from 'fast-check';
import { type ContainerSpec, containerSpec } from '../backend/contract/index.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{1,12}$/);
/** Whatever a shell could trip over. */
const words = fc.string({ minLength: 1, maxLength: 24, unit: fc.constantFrom(...'aB3 \'"\\$`#;&|\n*?~{}[]()=,:-/ñ한') });
const path = fc.stringMatching(/^\/[a-z0-9 _.,"-]{1,12}$/);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const few = <T>(value: fc.Arbitrary<T>) => fc.array(value, { maxLength: 3 });
const pairs = (key: fc.Arbitrary<string> = name) => fc.dictionary(key, words, { maxKeys: 3, noNullPrototype: true });
const port = fc.integer({ min: 1, max: 65535 });
const protocol = fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const);
const bytes = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 40 }),
  fc.integer({ min: 1, max: 64 }).map((count) => count * 1024 ** 3),
);
const ip = fc.constantFrom('127.0.0.1', '10.1.2.3', '::1', 'fd00::7');
const ms = fc.integer({ min: 1, max: 10_000_000 });
const devicePath = fc.constantFrom('/dev/sda', '/dev/null', '/dev/nvme0n1');
const rate = fc.record({ path: devicePath, rate: fc.integer({ min: 1, max: 10 ** 9 }) });

const bind = fc.record({
  type: fc.constant('bind' as const),
  source: path,
  target: path,
  readOnly: fc.boolean(),
  propagation: fc.constantFrom('rprivate' as const, 'rshared' as const, 'slave' as const),
  relabel: fc.constant(null),
  createSource: fc.boolean(),
});
/** Only `-v` relabels, and that makes the source as well. */
const relabelled = bind.map((mount) => ({ ...mount, relabel: 'z' as const, createSource: true }));
const volume = fc.record({
  type: fc.constant('volume' as const),
  source: maybe(name),
  target: path,
  readOnly: fc.boolean(),
  noCopy: fc.boolean(),
  driver: maybe(name),
  driverOptions: pairs(),
});
const health = fc
  .record({
    disabled: fc.boolean(),
    command: words,
    intervalMs: maybe(ms),
    timeoutMs: maybe(ms),
    startPeriodMs: maybe(ms),
    startIntervalMs: maybe(ms),
    retries: maybe(port),
  })
  .map((check) =>
    check.disabled
      ? { disabled: true, command: null, intervalMs: null, timeoutMs: null, startPeriodMs: null, startIntervalMs: null, retries: null }
      : check,
  );

/** Every spec that a line can say as it is: of the entrypoint only the program. */
export const specs: fc.Arbitrary<ContainerSpec> = fc
  .record(
    {
      image: fc.constantFrom('nginx', 'registry:5000/team/app:1.2@sha256:0123456789abcdef0123456789abcdef', `sha256:${'a'.repeat(64)}`),
      platform: maybe(fc.constantFrom('linux/arm64')),
      pull: fc.constantFrom('missing' as const, 'always' as const, 'never' as const),
      name: maybe(name),
      command: few(words),
      entrypoint: fc.constantFrom(null, [], ['/bin/sh'], ['a b']),
      env: pairs(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/)),
      workingDir: maybe(path),
      user: maybe(fc.constantFrom('1000:1000', 'root')),
      groupAdd: few(name),
      hostname: maybe(name),
      domainname: maybe(name),
      tty: fc.boolean(),
      interactive: fc.boolean(),
      init: fc.boolean(),
      stopSignal: maybe(fc.constantFrom('SIGINT', '9')),
      stopTimeoutS: maybe(fc.integer({ min: -1, max: 600 })),
      autoRemove: fc.boolean(),
      restart: fc.oneof(
        fc.constantFrom('no' as const, 'always' as const, 'unless-stopped' as const).map((policy) => ({ name: policy, maximumRetries: 0 })),
        fc.nat(9).map((maximumRetries) => ({ name: 'on-failure' as const, maximumRetries })),
      ),
      labels: pairs(),
      annotations: pairs(),
      networks: few(fc.record({ network: name, aliases: few(name), ipv4: maybe(fc.ipV4()), ipv6: maybe(fc.constantFrom('fd00::7')) })),
      ports: few(fc.record({ hostAddress: fc.oneof(fc.constant(''), ip), hostPort: maybe(port), containerPort: port, protocol })),
      exposedPorts: few(fc.record({ port, protocol })),
      publishAllPorts: fc.boolean(),
      macAddress: maybe(fc.constantFrom('92:d0:c6:0a:29:33')),
      extraHosts: few(fc.constantFrom('db:10.0.0.1', 'host.docker.internal:host-gateway', 'six:fd00::1')),
      dns: few(ip),
      dnsOptions: few(name),
      dnsSearch: few(name),
      links: few(name),
    },
    { noNullPrototype: true },
  )
  .chain((first) =>
    fc
      .record(
        {
          mounts: few(fc.oneof(bind, relabelled, volume)),
          tmpfs: pairs(path.filter((one) => !one.includes(':'))),
          volumesFrom: few(name),
          readOnlyRoot: fc.boolean(),
          storageOptions: pairs(),
          cpus: maybe(fc.integer({ min: 1, max: 6400 }).map((count) => count / 100)),
          cpuShares: maybe(fc.integer({ min: 2, max: 262_144 })),
          cpuPeriodUs: maybe(fc.integer({ min: 1000, max: 1_000_000 })),
          cpuQuotaUs: maybe(fc.integer({ min: -1, max: 1_000_000 })),
          cpusetCpus: maybe(fc.constantFrom('0-3', '0,1')),
          cpusetMems: maybe(fc.constantFrom('0')),
          memoryBytes: maybe(bytes),
          memorySwapBytes: maybe(fc.oneof(bytes, fc.constant(-1))),
          memoryReservationBytes: maybe(bytes),
          memorySwappiness: maybe(fc.integer({ min: 0, max: 100 })),
          oomKillDisable: fc.boolean(),
          oomScoreAdj: maybe(fc.integer({ min: -1000, max: 1000 })),
          pidsLimit: maybe(fc.integer({ min: -1, max: 100_000 })),
          shmBytes: maybe(bytes),
          blkioWeight: maybe(fc.integer({ min: 10, max: 1000 })),
          blkioWeightDevices: few(fc.record({ path: devicePath, weight: fc.integer({ min: 10, max: 1000 }) })),
          deviceReadBps: few(rate),
          deviceWriteBps: few(rate),
          deviceReadIops: few(rate),
          deviceWriteIops: few(rate),
          ulimits: few(
            fc.record({
              name: fc.constantFrom('nofile', 'core'),
              soft: fc.integer({ min: -1, max: 9999 }),
              hard: fc.integer({ min: -1, max: 9999 }),
            }),
          ),
          cgroupParent: maybe(path),
          privileged: fc.boolean(),
          capAdd: few(fc.constantFrom('NET_ADMIN', 'ALL')),
          capDrop: few(fc.constantFrom('CHOWN', 'ALL')),
          securityOptions: few(fc.constantFrom('no-new-privileges', 'seccomp=unconfined', 'label=type:x_t')),
          devices: few(fc.record({ hostPath: devicePath, containerPath: devicePath, permissions: fc.constantFrom('rwm', 'r', 'rw') })),
          deviceCgroupRules: few(fc.constantFrom('c 42:* rmw')),
          gpus: maybe(
            fc.oneof(
              fc.record({
                count: fc.constantFrom(-1, 1, 2),
                deviceIds: fc.constant([] as string[]),
                driver: fc.constantFrom('', 'nvidia'),
                capabilities: few(name),
              }),
              fc.record({
                count: fc.constant(null),
                deviceIds: fc.array(name, { minLength: 1, maxLength: 2 }),
                driver: fc.constant(''),
                capabilities: few(name),
              }),
            ),
          ),
          sysctls: pairs(fc.constantFrom('net.core.somaxconn', 'kernel.msgmax')),
          pidMode: maybe(fc.constantFrom('host', 'container:x')),
          ipcMode: maybe(fc.constantFrom('host', 'shareable')),
          usernsMode: maybe(fc.constantFrom('host')),
          utsMode: maybe(fc.constantFrom('host')),
          cgroupnsMode: maybe(fc.constantFrom('private', 'host')),
          runtime: maybe(name),
          health: maybe(health),
          logDriver: maybe(fc.constantFrom('json-file', 'none')),
          logOptions: pairs(),
        },
        { noNullPrototype: true },
      )
      .map((second) => containerSpec.parse({ ...first, ...second })),
  );
