export type { ContractRouter, RouterOptions } from './implementer.ts';
export { createRouter } from './router.ts';
export type { MetricsHistoryRequest, Services, WatchMetricsRequest } from './services.ts';
