import { z } from 'zod';
import { startWay } from './machine.ts';
import { embeddedRegistry } from './registry.ts';

export const SETTINGS_VERSION = 2;

/** How a list of machines is shown. */
export const listView = z.object({
  sort: z.object({ column: z.string().max(40), direction: z.enum(['ascending', 'descending']) }),
  /** `label:<key>` groups by the values of one label. */
  groupBy: z.string().regex(/^(none|stack|image|engine|state|label:.{1,200})$/s),
  hiddenColumns: z.array(z.string().max(40)).max(40),
  /** Filters that were given a name. */
  filters: z.array(z.object({ name: z.string().trim().min(1).max(60), text: z.string().min(1).max(500) })).max(50),
});
export type ListView = z.infer<typeof listView>;

const LIST_VIEW: ListView = {
  sort: { column: 'name', direction: 'ascending' },
  groupBy: 'none',
  hiddenColumns: ['stack', 'health', 'restart', 'networks', 'created', 'id'],
  filters: [],
};

/**
 * What a person can set. Without defaults here: zod fills a default in even where the field is optional, and a patch of one
 * field would set back all others.
 */
const fields = z.object({
  language: z.enum(['system', 'en', 'ko']),
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['normal', 'compact']),
  terminalFontSizePx: z.int().min(8).max(32),
  terminalRenderer: z.enum(['auto', 'dom', 'webgl']),
  /** What is selected in a terminal goes to the clipboard at once. */
  terminalCopyOnSelect: z.boolean(),
  /** Memory of a virtual machine whose run names no limit. */
  vmMemoryBytes: z.int().min(64 * 1024 * 1024),
  vmCpus: z.int().min(1).max(64),
  /** For how long removed machines can come back; 0: for ever. */
  vmBinDays: z.int().min(0).max(3650),
  /** How virtual machines made from images start, where there is a template for it. */
  vmStart: startWay,
  /** Start the embedded engine when no other container engine answers. */
  embeddedEngine: z.boolean(),
  embeddedRegistries: z.array(embeddedRegistry).max(200),
  /** Upper bound of the metrics history on disk. */
  historyBytes: z.int().min(1024 * 1024),
  containerList: listView,
  vmList: listView,
});

/** Everything that a person can set; every field has its default here and nowhere else. */
export const settings = z.object({
  version: z.literal(SETTINGS_VERSION).default(SETTINGS_VERSION),
  language: fields.shape.language.default('system'),
  theme: fields.shape.theme.default('system'),
  density: fields.shape.density.default('normal'),
  terminalFontSizePx: fields.shape.terminalFontSizePx.default(13),
  terminalRenderer: fields.shape.terminalRenderer.default('auto'),
  terminalCopyOnSelect: fields.shape.terminalCopyOnSelect.default(false),
  vmMemoryBytes: fields.shape.vmMemoryBytes.default(256 * 1024 * 1024),
  vmBinDays: fields.shape.vmBinDays.default(30),
  vmCpus: fields.shape.vmCpus.default(1),
  vmStart: fields.shape.vmStart.default('clone'),
  embeddedEngine: fields.shape.embeddedEngine.default(true),
  embeddedRegistries: fields.shape.embeddedRegistries.default([]),
  historyBytes: fields.shape.historyBytes.default(256 * 1024 * 1024),
  containerList: listView.default(LIST_VIEW),
  vmList: listView.default(LIST_VIEW),
});
export type Settings = z.infer<typeof settings>;

export const settingsPatch = fields.partial();
export type SettingsPatch = z.infer<typeof settingsPatch>;
