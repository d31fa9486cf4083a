export { type BuildService, createBuildService } from './build-service.ts';
