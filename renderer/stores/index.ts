export type { Commands } from './commands.ts';
export type { Inventory } from './inventory.ts';
export type { LimitChange } from './limit-changes.ts';
export { type MetricsWindow, WINDOW_SLOTS } from './metrics.ts';
export type { MetricsFeed } from './metrics-feed.ts';
export type { Notice } from './notices.ts';
export * from './react.tsx';
export { createStores, type Stores } from './stores.ts';
export { type CreateTarget, type ListName, type ListState, type NewVmTarget, setList } from './ui.ts';
