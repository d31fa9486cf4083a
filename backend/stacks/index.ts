export { openProjects } from './projects.ts';
export { createStackService, type StackService } from './stack-service.ts';
