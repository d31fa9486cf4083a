import fc from 'fast-check';
import { expect, test } from 'vitest';
import { containersConf, freeSubnet, networkJson, storageConf } from './configuration.ts';
import { type HostTraits, hardLimit, parseRoutes } from './traits.ts';

const paths = { dir: '/data/engine', runDir: '/run/ct' };
const traits: HostTraits = {
  root: true,
  unifiedCgroups: true,
  systemd: true,
  hasRunc: true,
  netavark: true,
  fuseOverlayfs: false,
  openFiles: 20_000,
  processes: 32_768,
  bootId: 'x',
  routes: [],
};

test('on a host of today Podman chooses its own runtime', () => {
  const conf = containersConf(paths, traits);
  expect(conf).not.toContain('runtime =');
  expect(conf).toContain('cgroup_manager = "systemd"');
});

test('where cgroups are hybrid it is runc, where there is one, and without systemd plain files', () => {
  const conf = containersConf(paths, { ...traits, unifiedCgroups: false, systemd: false });
  expect(conf).toContain('runtime = "runc"');
  expect(conf).toContain('cgroup_manager = "cgroupfs"');
  expect(containersConf(paths, { ...traits, unifiedCgroups: false, hasRunc: false })).not.toContain('runtime =');
});

test('limits stay within the host’s, nothing is shared with another Podman', () => {
  const conf = containersConf(paths, traits);
  expect(conf).toContain('default_ulimits = ["nofile=20000:20000","nproc=32768:32768"]');
  for (const key of ['static_dir', 'tmp_dir', 'volume_path', 'network_config_dir'])
    expect(conf).toMatch(new RegExp(`${key} = "/(data/engine|run/ct)/`));
  expect(conf).toContain('lock_type = "file"');
  expect(containersConf(paths, { ...traits, netavark: false })).not.toContain('network_config_dir');
  expect(storageConf(paths, 'fuse-overlayfs')).toContain('mount_program = "/usr/bin/fuse-overlayfs"');
  expect(storageConf(paths, 'vfs')).toContain('driver = "vfs"');
});

test('a free subnet is touched by no route', () => {
  const route = fc.record({ address: fc.nat(0xffffffff), bits: fc.integer({ min: 9, max: 32 }) });
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{4}$/), fc.array(route, { maxLength: 30 }), (id, list) => {
      const routes = list.map(({ address, bits }) => {
        const mask = (0xffffffff << (32 - bits)) >>> 0;
        return { address: (address & mask) >>> 0, mask };
      });
      const found = freeSubnet(id, routes);
      const network = found.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) * 256;
      for (const { address, mask } of routes) {
        const first = Math.max(network, address);
        const last = Math.min(network + 255, address + (~mask >>> 0));
        expect(first).toBeGreaterThan(last);
      }
    }),
  );
});

test('two engines have two bridges', () => {
  const first = networkJson(paths, traits);
  const second = networkJson({ ...paths, dir: '/data/other' }, traits);
  expect(first.path).toBe('/data/engine/networks/catamaran.json');
  const bridge = (json: string) => (JSON.parse(json) as { network_interface: string }).network_interface;
  expect(bridge(first.content)).not.toBe(bridge(second.content));
  expect(bridge(first.content).length).toBeLessThanOrEqual(15);
});

test('routes and limits are read as the kernel writes them', () => {
  const table =
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\neth0\t00000000\t010200C0\t3\t0\t0\t0\t00000000\t0\neth0\t000200C0\t0\t1\t0\t0\t0\t00FFFFFF\t0\n';
  expect(parseRoutes(table)).toEqual([{ address: 0xc0000200, mask: 0xffffff00 }]);
  const limits =
    'Limit                     Soft Limit           Hard Limit           Units     \nMax processes             96365                96366                processes \nMax locked memory         unlimited            unlimited            bytes     \n';
  expect(hardLimit(limits, 'Max processes')).toBe(96366);
  expect(hardLimit(limits, 'Max locked memory')).toBe(Number.POSITIVE_INFINITY);
});
