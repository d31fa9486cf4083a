import { AppError, type Logger } from './core/index.ts';
import type { ImageService } from './images/index.ts';
import type { Inventory } from './inventory/index.ts';

/**
 * Builds the starter image in the first container engine that answers, unless one of the engines has it already: the app
 * is of use from the first minute, without any network.
 */
export async function provideStarterImage(
  deps: { inventory: Inventory; images: ImageService; logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { inventory, images, logger } = deps;
  for await (const _change of inventory.watch(signal)) {
    const engine = inventory.drivers().find((driver) => driver.containers !== undefined && driver.images !== undefined);
    if (engine === undefined) continue;
    if (inventory.listed('images').some((image) => image.starter)) return;
    try {
      await images.buildStarter({ engineId: engine.engineId });
    } catch (error) {
      // The task says so; the images page offers it again.
      if (!(error instanceof AppError)) throw error;
      logger.warn('the starter image could not be built', { problem: error.problem });
    }
    return;
  }
}
