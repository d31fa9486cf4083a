import type { EngineId, StartWay } from '../../contract/index.ts';
import type { AppError, Clock, Logger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { PreparedPlatform } from './platform.ts';
import type { Templates, TemplateUse } from './templates.ts';

/** What every machine of a driver shares. */
export interface VmContext {
  host: Host;
  engineId: EngineId;
  logger: Logger;
  clock: Clock;
  qemuVersion: string;
  /** Ends with the driver. */
  signal: AbortSignal;
  platform(signal: AbortSignal): Promise<PreparedPlatform>;
  /** What is known of the platform so far; null before anything is. */
  prepared(): PreparedPlatform | null;
  templates: Pick<Templates, 'find' | 'forget'>;
  /** How workloads start that do not say it themselves. */
  startWay(): StartWay;
  /** In the background: the next start of such a machine can be a clone. */
  keepTemplates(prepared: PreparedPlatform, use: TemplateUse): void;
  /** The host cannot be reached any more. */
  onLost(error: AppError): void;
}
