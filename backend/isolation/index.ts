export { createIsolationService, type IsolationService } from './isolation-service.ts';
