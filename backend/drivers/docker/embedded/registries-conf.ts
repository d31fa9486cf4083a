import type { EmbeddedRegistry } from '../../../contract/index.ts';

/**
 * `registries.conf`, https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md: what the machine's own
 * file says, and below it what is set for the embedded engine. Where both speak of one registry the machine's own stays:
 * Podman refuses a file in which they differ.
 */
export function registriesConf(own: string, registries: readonly EmbeddedRegistry[]): string {
  const tables = registries
    .filter(({ registry }) => !speaksOf(own, registry))
    .map(({ registry, insecure, mirrors }) =>
      [
        '[[registry]]',
        `location = ${JSON.stringify(registry)}`,
        `insecure = ${insecure}`,
        ...mirrors.flatMap((mirror) => ['', '[[registry.mirror]]', `location = ${JSON.stringify(mirror)}`]),
      ].join('\n'),
    );
  return `${[own.trimEnd(), ...tables].filter((part) => part !== '').join('\n\n')}\n`;
}

function speaksOf(own: string, registry: string): boolean {
  const lines = own.split('\n').map((line) => line.trim());
  return lines.some((line) => /^(?:location|prefix)\s*=/.test(line) && /["']([^"']*)["']/.exec(line)?.[1] === registry);
}
