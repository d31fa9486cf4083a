import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

/** Without a graphics card WebGL is drawn by the processor, at a tenth of the DOM's speed (2 MB/s measured). */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

function isHardware(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  if (context === null) return false;
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !SOFTWARE.test(renderer);
}

/**
 * Draws a terminal by WebGL; the DOM goes on drawing where that is not possible, and takes over when the context is lost.
 * @param always also where WebGL is software
 * @returns the way back to the DOM; null when WebGL is not used
 */
export function drawByWebgl(terminal: Terminal, always: boolean): (() => void) | null {
  if (!always && !isHardware()) return null;
  const addon = new WebglAddon();
  const toDom = () => addon.dispose();
  addon.onContextLoss(toDom);
  try {
    terminal.loadAddon(addon);
    return toDom;
  } catch {
    toDom();
    return null;
  }
}
