import { z } from 'zod';

export const SETTINGS_VERSION = 1;

/** Everything that a person can set; every field has its default here and nowhere else. */
export const settings = z.object({
  version: z.literal(SETTINGS_VERSION).default(SETTINGS_VERSION),
  language: z.enum(['system', 'en', 'ko']).default('system'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  density: z.enum(['normal', 'compact']).default('normal'),
  terminalFontSizePx: z.int().min(8).max(32).default(13),
  terminalRenderer: z.enum(['auto', 'dom', 'webgl']).default('auto'),
  /** Memory of a virtual machine whose run names no limit. */
  vmMemoryBytes: z
    .int()
    .min(64 * 1024 * 1024)
    .default(256 * 1024 * 1024),
  vmCpus: z.int().min(1).max(64).default(1),
  /** Start the embedded engine when no other container engine answers. */
  embeddedEngine: z.boolean().default(true),
  /** Upper bound of the metrics history on disk. */
  historyBytes: z
    .int()
    .min(1024 * 1024)
    .default(256 * 1024 * 1024),
});
export type Settings = z.infer<typeof settings>;
export const settingsPatch = settings.omit({ version: true }).partial();
export type SettingsPatch = z.infer<typeof settingsPatch>;
