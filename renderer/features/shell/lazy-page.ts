import { type ComponentType, lazy } from 'react';

const AGAIN_AFTER_MS = 300;

/**
 * A component whose code comes when it is first shown, or when the page has nothing else to do. A load that fails is tried
 * once more: Chromium fails it when a network interface comes up meanwhile, as it does whenever a container starts.
 */
export function lazyPage<Props>(load: () => Promise<ComponentType<Props>>) {
  const loadTwice = () => load().catch(() => new Promise<void>((resolve) => setTimeout(resolve, AGAIN_AFTER_MS)).then(load));
  requestIdleCallback(() => void loadTwice().catch(() => {}), { timeout: 5000 });
  return lazy(async () => ({ default: await loadTwice() }));
}
