export type { ContainerService } from './container-service.ts';
export { createMachineService, type MachineService } from './machine-service.ts';
export { createTemplates, type Templates } from './templates.ts';
