import { type Machine, splitId, type Volume, type VolumeId } from '../../../backend/contract/index.ts';
import type { Sort } from '../../ui/Table.tsx';

/** The machines that mount each volume. */
export type VolumeUsers = ReadonlyMap<VolumeId, readonly Machine[]>;
/** What was measured, and when; null where the engine does not know. */
export interface VolumeSizes {
  atMs: number;
  bytes: ReadonlyMap<VolumeId, number | null>;
}

export function usersByVolume(machines: Iterable<Machine>): VolumeUsers {
  const users = new Map<VolumeId, Machine[]>();
  for (const machine of machines) {
    for (const { type, source } of machine.mounts) {
      if (type !== 'volume') continue;
      const id = `${machine.engineId}/${source}` as VolumeId;
      users.set(id, [...(users.get(id) ?? []), machine]);
    }
  }
  return users;
}

export function volumeMatches(volume: Volume, filter: string, users: VolumeUsers): boolean {
  const labels = Object.entries(volume.labels).map(([key, value]) => `${key}=${value}`);
  const machines = (users.get(volume.id) ?? []).map(({ name }) => name);
  const hay = [volume.name, volume.driver, ...labels, ...machines].join('\n').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true });

export function sortVolumes(volumes: readonly Volume[], { column, direction }: Sort, sizes: VolumeSizes | null): Volume[] {
  const sign = direction === 'ascending' ? 1 : -1;
  const byName = (a: Volume, b: Volume) => COLLATOR.compare(a.name, b.name);
  const sizeOf = ({ id }: Volume) => sizes?.bytes.get(id) ?? -1;
  return [...volumes].sort((a, b) => {
    if (column === 'size') return sign * (sizeOf(a) - sizeOf(b)) || byName(a, b);
    if (column === 'created') return sign * ((a.createdAtMs ?? 0) - (b.createdAtMs ?? 0)) || byName(a, b);
    return sign * byName(a, b);
  });
}

/** The measured bytes of some; null when none of them was measured. */
export function sumOf(volumes: readonly Volume[], sizes: VolumeSizes | null): number | null {
  const known = volumes.flatMap(({ id }) => sizes?.bytes.get(id) ?? []);
  return known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0);
}

/** `/volumes/<engine>/<name>` */
export function volumeUrl(id: VolumeId): string {
  const { engineId, nativeId } = splitId(id);
  return `/volumes/${encodeURIComponent(engineId)}/${encodeURIComponent(nativeId)}`;
}

/** `key=value` lines; the first line that is none, or what they say. */
export function parseLines(text: string): { wrong: string } | { values: Record<string, string> } {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const wrong = lines.find((line) => line.indexOf('=') < 1);
  if (wrong !== undefined) return { wrong };
  return { values: Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])) };
}
