import type { RegistriesFacet, RegistryConfiguration } from '../registries.ts';
import type { InfoAnswer } from './engine-api.ts';
import { type PullDeps, pullImage } from './pull.ts';
import { pushImage } from './push.ts';

export function createRegistries(deps: PullDeps): RegistriesFacet {
  return {
    pull: (request, onProgress, signal) => pullImage({ ...deps, request, onProgress }, signal),
    push: (request, onProgress, signal) => pushImage({ ...deps, request, onProgress }, signal),
    async configuration(signal) {
      return toConfiguration(await deps.client.call<InfoAnswer>({ method: 'GET', path: '/info' }, signal));
    },
  };
}

function toConfiguration({ RegistryConfig, HttpProxy, HttpsProxy, NoProxy }: InfoAnswer): RegistryConfiguration {
  const known = Object.values(RegistryConfig?.IndexConfigs ?? {});
  const ofHub = known.find(({ Name }) => Name === 'docker.io')?.Mirrors ?? [];
  const mirrors = known.map(({ Name, Mirrors }) => ({ registry: Name, mirrors: Mirrors ?? [] }));
  // Docker writes the mirrors of Docker Hub in two places.
  if (ofHub.length === 0) mirrors.push({ registry: 'docker.io', mirrors: RegistryConfig?.Mirrors ?? [] });
  return {
    insecure: [...(RegistryConfig?.InsecureRegistryCIDRs ?? []), ...known.filter(({ Secure }) => !Secure).map(({ Name }) => Name)],
    mirrors: mirrors.filter((one) => one.mirrors.length > 0),
    proxies: { http: HttpProxy || null, https: HttpsProxy || null, none: NoProxy || null },
  };
}
