export { createLogService, type LogService } from './log-service.ts';
