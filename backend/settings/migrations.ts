import { SETTINGS_VERSION } from '../contract/index.ts';

type Stored = Record<string, unknown>;

/** `MIGRATIONS[n]` makes version n + 1 of version n. What was released is never changed, only added to. */
export type Migrations = Record<number, (stored: Stored) => Stored>;

const MIGRATIONS: Migrations = {
  // Templates were used or not; since then there are two kinds.
  1: ({ vmTemplates, ...rest }) => ({ ...rest, ...(vmTemplates === false ? { vmStart: 'boot' } : {}) }),
};

/**
 * Brings what was stored up to the present version; a file without a version is of the first.
 * @throws Error for what is no settings object, and for one of a newer Catamaran
 */
export function migrate(stored: unknown, migrations = MIGRATIONS, target: number = SETTINGS_VERSION): Stored {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) throw new Error('it holds no object');
  let current = stored as Stored;
  const from = current.version ?? 1;
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 1) throw new Error('its version is not a number');
  if (from > target) throw new Error(`it is of a newer Catamaran (version ${from}, this one knows ${target})`);
  for (let version = from; version < target; version++) {
    const step = migrations[version];
    if (step === undefined) throw new Error(`nothing leads on from version ${version}`);
    current = { ...step(current), version: version + 1 };
  }
  return current;
}
