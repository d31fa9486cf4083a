export { connectDocker } from './driver.ts';
export { createDockerFinder, type DockerFinderOptions } from './finder.ts';
