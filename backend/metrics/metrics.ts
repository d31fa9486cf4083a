import { APP_SUBJECT, type MetricSubject, type MetricsHistory, type MetricsTick } from '../contract/index.ts';
import { type Clock, isAbort, type Logger } from '../core/index.ts';
import type { MetricsSource } from '../drivers/driver.ts';
import type { Host } from '../hosts/host.ts';
import { createLocalFiles, type FileSource } from './files.ts';
import { type BlockDevices, findBlockDevices } from './hardware.ts';
import { History, type HistoryQuery } from './history.ts';
import { openHostProbe, openMachineProbe, type ProbeSurroundings } from './open-probe.ts';
import { RemoteFiles } from './remote-files.ts';
import { Sampler } from './sampler.ts';
import { type Subscription, Subscriptions } from './subscriptions.ts';
import { TreeProbe } from './tree-probe.ts';

export interface MetricsDeps {
  historyFile: string;
  /** Upper bound of the history on disk; read again at every flush. */
  historyBytes: () => number;
  clock: Clock;
  logger: Logger;
}

/** Numbers of machines, hosts and the app: sampled once a second for as long as they are attached, and kept. */
export interface Metrics extends AsyncDisposable {
  /** @param machine.open where its numbers are; null when it does not run (it is asked again) */
  attach(machine: { subject: MetricSubject; host: Host; open: (signal: AbortSignal) => Promise<MetricsSource | null> }): void;
  attachHost(subject: MetricSubject, host: Host): void;
  /** Catamaran's own process and its children, as APP_SUBJECT. */
  attachApp(): void;
  detach(subject: MetricSubject): void;
  /** From the next tick on, until the signal aborts. A slow reader misses ticks. */
  watch(subscription: Subscription, signal: AbortSignal): AsyncIterable<MetricsTick>;
  history(query: HistoryQuery): MetricsHistory;
}

export function createMetrics(deps: MetricsDeps): Metrics {
  const { clock, logger } = deps;
  const monotonic = () => clock.monotonic();
  const localFiles = createLocalFiles(monotonic);
  const hosts = new Map<Host, { files: FileSource; devices: Promise<BlockDevices> }>();
  const ending = new AbortController();
  const history = new History(deps);

  const subscriptions = new Subscriptions((anyFast) => sampler.setFast(anyFast));
  const sampler: Sampler = new Sampler({
    clock,
    logger,
    isFast: (subject) => subscriptions.isFast(subject),
    beforeTick: refreshRemoteHosts,
    onTick(tick) {
      for (const { subject, values } of tick.perTenth) history.record(subject, tick.timeMs, values);
      const closely = new Set(tick.perTenth.map((sample) => sample.subject));
      for (const { subject, values } of tick.perSecond ?? []) {
        if (!closely.has(subject)) history.record(subject, tick.timeMs, values);
      }
      history.flushIfDue();
      subscriptions.publish(tick);
    },
  });

  function refreshRemoteHosts(): void {
    for (const { files } of hosts.values()) {
      if (!(files instanceof RemoteFiles)) continue;
      files.refresh(ending.signal).catch((error) => {
        if (!isAbort(error)) logger.debug('a host cannot be measured', { error });
      });
    }
  }

  async function surroundings(host: Host): Promise<ProbeSurroundings> {
    let known = hosts.get(host);
    if (known === undefined) {
      const files = host.isLocal ? localFiles : new RemoteFiles(host);
      known = { files, devices: findBlockDevices(host, ending.signal) };
      // A failed look is not kept: the next probe looks again.
      known.devices.catch(() => hosts.delete(host));
      hosts.set(host, known);
    }
    return { host, files: known.files, devices: await known.devices, monotonic };
  }

  return {
    attach({ subject, host, open }) {
      sampler.attach(subject, async (signal) => {
        const source = await open(signal);
        return source === null ? null : openMachineProbe(source, await surroundings(host), signal);
      });
    },
    attachHost(subject, host) {
      sampler.attach(subject, async (signal) => openHostProbe(await surroundings(host), signal));
    },
    attachApp() {
      sampler.attach(APP_SUBJECT, async () => new TreeProbe(localFiles, process.pid));
    },
    detach: (subject) => sampler.detach(subject),
    watch: (subscription, signal) => subscriptions.watch(subscription, signal),
    history: (query) => history.query(query),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await sampler[Symbol.asyncDispose]();
      history[Symbol.dispose]();
    },
  };
}
