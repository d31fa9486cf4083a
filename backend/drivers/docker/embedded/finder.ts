import type { Engine } from '../../../contract/index.ts';
import type { Clock, Logger } from '../../../core/index.ts';
import type { EngineFinder } from '../../driver.ts';
import { connectDocker } from '../driver.ts';
import { engineIdOf } from '../endpoints.ts';
import type { EmbeddedEngine } from './embedded-engine.ts';

export interface EmbeddedFinderOptions {
  embedded: EmbeddedEngine;
  /** Whether it should run now. Once it runs it is found for as long as the app lives. */
  wanted: () => boolean;
  clock: Clock;
  logger: Logger;
}

/** Our own engine as one among the others: connecting starts it, and a start that fails is an engine that does not answer. */
export function createEmbeddedFinder({ embedded, wanted, clock, logger }: EmbeddedFinderOptions): EngineFinder {
  return {
    async find(host) {
      if (!host.isLocal || (embedded.socket === null && !wanted())) return [];
      const engine: Engine = {
        id: engineIdOf(host, 'podman-embedded'),
        hostId: host.id,
        product: 'podman',
        name: 'Podman (embedded)',
        machineKind: 'container',
        version: null,
        endpoint: embedded.socket ?? 'podman',
        embedded: true,
        rootless: null,
        health: { status: 'connecting', problem: null },
        facets: [],
        accelerator: null,
      };
      return [
        {
          engineId: engine.id,
          engine,
          async connect(signal) {
            const { socket } = await embedded.start(signal);
            return connectDocker({ host, target: { unixPath: socket }, engine: { ...engine, endpoint: socket }, clock, logger }, signal);
          },
        },
      ];
    },
  };
}
