import { createHash } from 'node:crypto';
import type { ImageDetails, ImageStep } from '../../contract/index.ts';
import type { HistoryAnswer } from './engine-api.ts';

/** https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid */
export function chainIds(diffIds: readonly string[]): string[] {
  const chains: string[] = [];
  for (const diffId of diffIds) {
    const below = chains.at(-1);
    chains.push(below === undefined ? diffId : `sha256:${createHash('sha256').update(`${below} ${diffId}`).digest('hex')}`);
  }
  return chains;
}

/**
 * Which step of the history made which layer. The engines' histories give sizes but do not say which steps made a layer: one
 * with a size did, and of those without, the ones whose instruction writes files did. Null when the history is not of these
 * layers: it may have been left out when the image was made.
 * @param history as the engine answers, newest first
 */
export function matchHistory(
  history: readonly HistoryAnswer[],
  diffIds: readonly string[],
): { layers: ImageDetails['layers']; steps: ImageStep[] } | null {
  const oldestFirst = history.toReversed();
  const making = new Set(oldestFirst.filter(({ Size }) => Size > 0));
  if (making.size > diffIds.length) return null;
  const empty = oldestFirst.filter(({ Size }) => Size === 0).sort((a, b) => likelihood(b) - likelihood(a));
  for (const step of empty.slice(0, diffIds.length - making.size)) making.add(step);
  if (making.size < diffIds.length) return null;
  const chains = chainIds(diffIds);
  const layers: ImageDetails['layers'] = [];
  const steps = oldestFirst.map((step) => {
    const layer = making.has(step) ? layers.length : null;
    if (layer !== null) layers.push({ chainId: chains[layer] ?? '', diffId: diffIds[layer] ?? '', sizeBytes: step.Size });
    return { createdBy: step.CreatedBy, comment: step.Comment, createdAtMs: step.Created > 0 ? step.Created * 1000 : null, layer };
  });
  return { layers, steps };
}

/** That a step made a layer although nothing in it has a size: an empty folder, a removal. */
function likelihood({ CreatedBy }: HistoryAnswer): number {
  const instruction = CreatedBy.replace(/^\/bin\/sh -c #\(nop\)\s*/, '');
  // The classic builder keeps no layer of a RUN that changed nothing, but one of every new working directory.
  if (/^(WORKDIR|COPY|ADD)\b/.test(instruction)) return 2;
  return instruction === CreatedBy && !/^(ENV|CMD|ENTRYPOINT|EXPOSE|LABEL|USER|VOLUME|ARG|STOPSIGNAL|HEALTHCHECK|SHELL)\b/.test(instruction)
    ? 1
    : 0;
}
