import { type ContainerSpec, emptySpec } from '../../../backend/contract/index.ts';
import { FIELD_KEYS, FIELDS, type FieldKey, type SectionId } from './fields.ts';

/** Fields with an editor of their own that stand in a section. */
const OWN_EDITORS: Partial<Record<string, SectionId>> = { ports: 'network', networks: 'network', mounts: 'storage' };
const EMPTY = emptySpec('-');

/** Where a field stands; null above all sections. `field` may have a row behind a dot. */
export function sectionOf(field: string): SectionId | null {
  const known = (key: string) => (key in FIELDS ? FIELDS[key as FieldKey].section : OWN_EDITORS[key]);
  return known(field) ?? known(field.replace(/\.\d+$/, '')) ?? null;
}

/** How many fields of a section say something. */
export function changedIn(section: SectionId, spec: ContainerSpec): number {
  const keys = [...FIELD_KEYS, ...Object.keys(OWN_EDITORS)]
    .filter((key) => sectionOf(key) === section)
    .map((key) => key.split('.')[0] ?? key);
  return [...new Set(keys)].filter(
    (key) => JSON.stringify(spec[key as keyof ContainerSpec]) !== JSON.stringify(EMPTY[key as keyof ContainerSpec]),
  ).length;
}
