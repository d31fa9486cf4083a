export { connectDocker } from './driver.ts';
export { createEmbeddedEngine, type EmbeddedEngine, type EmbeddedEngineOptions } from './embedded/embedded-engine.ts';
export { createEmbeddedFinder } from './embedded/finder.ts';
export { createDockerFinder, type DockerFinderOptions } from './finder.ts';
