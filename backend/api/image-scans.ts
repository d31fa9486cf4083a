import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function imageScansHandlers(api: Implementer, { imageScans }: Services): Handlers<'imageScans'> {
  return {
    scanners: api.imageScans.scanners.handler(({ input, context }) => imageScans.scanners(input.engineId, context.signal)),
    packages: api.imageScans.packages.handler(({ input }) => imageScans.packages(input)),
    vulnerabilities: api.imageScans.vulnerabilities.handler(({ input }) => imageScans.vulnerabilities(input)),
    saveSbom: api.imageScans.saveSbom.handler(({ input }) => imageScans.saveSbom(input)),
  };
}
