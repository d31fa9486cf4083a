import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { type Problem, type Settings, type SettingsPatch, settings, settingsPatch, toProblem } from '../contract/index.ts';
import { Latest, type Logger, messageOf, systemCode, writeWholeFile } from '../core/index.ts';
import { migrate } from './migrations.ts';

export interface SettingsStore {
  readonly value: Settings;
  /** `settingsUnreadable` when the file could not be used at the start; null else. */
  readonly problem: Problem | null;
  /** Saved before it returns. Updates are done one after the other, each on the result of the one before. */
  update(patch: SettingsPatch): Promise<Settings>;
  /** The present value first. Slow reader: `latest`. */
  watch(signal: AbortSignal): AsyncIterable<Settings>;
}

/** A missing file is the defaults. One that cannot be used is kept beside, and the defaults are used. */
export async function openSettings(options: { file: string; logger: Logger }, signal: AbortSignal): Promise<SettingsStore> {
  const { file, logger } = options;
  const { value, problem } = await load(file, signal);
  if (problem !== null) logger.warn('settings unreadable', { problem });
  const latest = new Latest(value);
  let saving: Promise<unknown> = Promise.resolve();

  async function save(patch: SettingsPatch): Promise<Settings> {
    const given = Object.entries(settingsPatch.parse(patch)).filter(([, field]) => field !== undefined);
    const next = settings.parse({ ...latest.value, ...Object.fromEntries(given) });
    await writeWholeFile(file, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
    latest.set(next);
    return next;
  }

  return {
    get value() {
      return latest.value;
    },
    problem,
    update(patch) {
      const saved = saving.then(() => save(patch));
      saving = saved.catch(() => {});
      return saved;
    },
    watch: (watchSignal) => latest.watch(watchSignal),
  };
}

async function load(file: string, signal: AbortSignal): Promise<{ value: Settings; problem: Problem | null }> {
  try {
    const text = await readFile(file, { encoding: 'utf8', signal });
    return { value: settings.parse(migrate(JSON.parse(text))), problem: null };
  } catch (error) {
    signal.throwIfAborted();
    const defaults = settings.parse({});
    if (systemCode(error) === 'ENOENT') return { value: defaults, problem: null };
    const backup = freeName(`${file}.unreadable`);
    await rename(file, backup);
    return { value: defaults, problem: toProblem('settingsUnreadable', { path: file, backup, message: messageOf(error) }) };
  }
}

function freeName(base: string): string {
  let name = base;
  for (let n = 2; existsSync(name); n++) name = `${base}-${n}`;
  return name;
}
