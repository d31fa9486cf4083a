import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type Catalogue,
  type CatalogueImage,
  catalogueFile,
  type GuestImageId,
  ownCatalogueFile,
  type Problem,
  toProblem,
} from '../contract/index.ts';
import { messageOf, systemCode } from '../core/index.ts';

type Distribution = z.infer<typeof catalogueFile>;

/**
 * The built-in files of `folder` and the person's own; theirs stand in the place of built-in ones with the same id.
 * @throws ZodError when a built-in file is wrong, which a test prevents
 */
export async function loadCatalogue(options: { folder: string; ownFile: string }, signal: AbortSignal): Promise<Catalogue> {
  const { folder, ownFile } = options;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const builtIn = await Promise.all(
    names.map(async (name) => catalogueFile.parse(JSON.parse(await readFile(join(folder, name), { encoding: 'utf8', signal })))),
  );
  const { distributions, problem } = await loadOwn(ownFile, signal);
  const images = new Map<GuestImageId, CatalogueImage>();
  for (const image of imagesOf(builtIn, false)) images.set(image.id, image);
  for (const image of imagesOf(distributions, true)) images.set(image.id, image);
  return { images: [...images.values()], ownFile, problem };
}

function imagesOf(distributions: readonly Distribution[], own: boolean): CatalogueImage[] {
  return distributions.flatMap(({ distribution, images }) => images.map((image) => ({ ...image, distribution, own })));
}

async function loadOwn(path: string, signal: AbortSignal): Promise<{ distributions: Distribution[]; problem: Problem | null }> {
  try {
    const text = await readFile(path, { encoding: 'utf8', signal });
    return { distributions: ownCatalogueFile.parse(JSON.parse(text)), problem: null };
  } catch (error) {
    signal.throwIfAborted();
    if (systemCode(error) === 'ENOENT') return { distributions: [], problem: null };
    return { distributions: [], problem: toProblem('catalogueUnreadable', { path, message: words(error) }) };
  }
}

/** Where in the file, and what is wrong there. */
function words(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  const [issue] = error.issues;
  return issue === undefined ? messageOf(error) : `${issue.path.join('.') || 'the file'}: ${issue.message}`;
}
