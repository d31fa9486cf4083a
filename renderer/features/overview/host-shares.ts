import {
  APP_SUBJECT,
  type Host,
  hostSubject,
  type Machine,
  type Metric,
  type MetricSubject,
  machineSubject,
} from '../../../backend/contract/index.ts';
import { type MetricsWindow, WINDOW_SLOTS } from '../../stores/index.ts';

/** Who uses the host, from the bottom of the stack up. */
export const SHARES = ['container', 'vm', 'app', 'rest'] as const;
export type Share = (typeof SHARES)[number];

export interface ShareRequest {
  host: Host;
  machines: Iterable<Machine>;
  metrics: readonly Metric[];
  slots: number;
}

/** One measure of a host over the window, split by who uses it. The arrays are reused at every call. */
export class HostShares {
  readonly layers: Record<Share, Float64Array> = {
    container: new Float64Array(WINDOW_SLOTS),
    vm: new Float64Array(WINDOW_SLOTS),
    app: new Float64Array(WINDOW_SLOTS),
    rest: new Float64Array(WINDOW_SLOTS),
  };
  readonly #total = new Float64Array(WINDOW_SLOTS);

  /**
   * `metrics` are added up: reads and writes, received and sent. What the host does beyond all shares is `rest`, never below
   * zero. Only the newest `slots` are split: before them not every machine's history is known, and what is missing would pass
   * for the rest.
   */
  compute(window: MetricsWindow, { host, machines, metrics, slots }: ShareRequest): void {
    const { container, vm, app, rest } = this.layers;
    for (const layer of [container, vm, app, this.#total]) layer.fill(0);
    const subjects: [MetricSubject, Float64Array][] = [[APP_SUBJECT, app]];
    for (const machine of machines) subjects.push([machineSubject(machine.id), this.layers[machine.kind]]);
    for (const metric of metrics) {
      for (const [subject, layer] of subjects) window.addTo(subject, metric, layer);
      window.addTo(hostSubject(host.id), metric, this.#total);
    }
    const first = metrics[0];
    for (let i = 0; i < WINDOW_SLOTS; i++) {
      const known =
        i >= WINDOW_SLOTS - slots && first !== undefined && !Number.isNaN(window.at(hostSubject(host.id), first, WINDOW_SLOTS - 1 - i));
      if (!known) for (const layer of Object.values(this.layers)) layer[i] = Number.NaN;
      else rest[i] = Math.max(0, (this.#total[i] ?? 0) - (container[i] ?? 0) - (vm[i] ?? 0) - (app[i] ?? 0));
    }
  }

  /** The newest share that is known; NaN when there is none. */
  latest(share: Share): number {
    for (let i = WINDOW_SLOTS - 1; i > WINDOW_SLOTS - 4; i--) {
      const value = this.layers[share][i] ?? Number.NaN;
      if (!Number.isNaN(value)) return value;
    }
    return Number.NaN;
  }

  latestTotal(): number {
    return SHARES.reduce((sum, share) => sum + this.latest(share), 0);
  }

  /** The highest total of the window. */
  highest(): number {
    let highest = 0;
    for (let i = 0; i < WINDOW_SLOTS; i++) {
      const sum = SHARES.reduce((all, share) => all + (this.layers[share][i] ?? Number.NaN), 0);
      if (sum > highest) highest = sum;
    }
    return highest;
  }
}
