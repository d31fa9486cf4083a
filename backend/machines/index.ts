export { createMachineService, type MachineService } from './machine-service.ts';
