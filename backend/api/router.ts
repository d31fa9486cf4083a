import { appHandlers } from './app.ts';
import { buildsHandlers } from './builds.ts';
import { containersHandlers, templatesHandlers } from './containers.ts';
import { disksHandlers } from './disks.ts';
import { displaysHandlers } from './displays.ts';
import { eventsHandlers, healthHandlers } from './events.ts';
import { filesHandlers } from './files.ts';
import { guestHandlers } from './guest.ts';
import { guestImagesHandlers } from './guest-images.ts';
import { hardwareHandlers } from './hardware.ts';
import { imageLayersHandlers } from './image-layers.ts';
import { imageScansHandlers } from './image-scans.ts';
import { imagesHandlers } from './images.ts';
import { type ContractRouter, implementContract, type RouterOptions } from './implementer.ts';
import { inventoryHandlers } from './inventory.ts';
import { isolationHandlers } from './isolation.ts';
import { limitsHandlers } from './limits.ts';
import { logsHandlers } from './logs.ts';
import { machinesHandlers } from './machines.ts';
import { metricsHandlers } from './metrics.ts';
import { networksHandlers } from './networks.ts';
import { podsHandlers } from './pods.ts';
import { processesHandlers } from './processes.ts';
import { registriesHandlers } from './registries.ts';
import { restartHandlers } from './restart.ts';
import type { Services } from './services.ts';
import { settingsHandlers } from './settings.ts';
import { snapshotsHandlers } from './snapshots.ts';
import { stacksHandlers } from './stacks.ts';
import { tasksHandlers } from './tasks.ts';
import { terminalsHandlers } from './terminals.ts';
import { binHandlers, copiesHandlers } from './vm-copies.ts';
import { vmTemplatesHandlers } from './vm-templates.ts';
import { vmsHandlers } from './vms.ts';
import { volumesHandlers } from './volumes.ts';

/** The contract, implemented; the same router stands behind a WebSocket and a MessagePort. */
export function createRouter(services: Services, options: RouterOptions): ContractRouter {
  const api = implementContract(options);
  return api.router({
    app: appHandlers(api, services),
    inventory: inventoryHandlers(api, services),
    machines: machinesHandlers(api, services),
    events: eventsHandlers(api, services),
    health: healthHandlers(api, services),
    processes: processesHandlers(api, services),
    guest: guestHandlers(api, services),
    logs: logsHandlers(api, services),
    containers: containersHandlers(api, services),
    vms: vmsHandlers(api, services),
    snapshots: snapshotsHandlers(api, services),
    templates: templatesHandlers(api, services),
    images: imagesHandlers(api, services),
    guestImages: guestImagesHandlers(api, services),
    imageLayers: imageLayersHandlers(api, services),
    imageScans: imageScansHandlers(api, services),
    networks: networksHandlers(api, services),
    isolation: isolationHandlers(api, services),
    registries: registriesHandlers(api, services),
    builds: buildsHandlers(api, services),
    limits: limitsHandlers(api, services),
    copies: copiesHandlers(api, services),
    bin: binHandlers(api, services),
    hardware: hardwareHandlers(api, services),
    restart: restartHandlers(api, services),
    files: filesHandlers(api, services),
    volumes: volumesHandlers(api, services),
    vmTemplates: vmTemplatesHandlers(api, services),
    metrics: metricsHandlers(api, services),
    pods: podsHandlers(api, services),
    stacks: stacksHandlers(api, services),
    terminals: terminalsHandlers(api, services),
    disks: disksHandlers(api, services),
    displays: displaysHandlers(api, services),
    tasks: tasksHandlers(api, services),
    settings: settingsHandlers(api, services),
  });
}
