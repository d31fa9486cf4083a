import type { ContainerSpec, ImageId } from '../contract/index.ts';
import { splitId } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import type { RegistryService } from '../images/index.ts';
import type { TaskProgress } from '../tasks/index.ts';

/** Fetches an image inside of a task. */
export type Pull = RegistryService['pullWithin'];

/** The image that the spec's name stands for, pulled where the spec wants it. @throws AppError imageMissing, and what a pull throws */
export async function provideImage(
  driver: Driver,
  { spec, pull, report }: { spec: ContainerSpec; pull: Pull; report: (progress: TaskProgress) => void },
  signal: AbortSignal,
): Promise<{ id: ImageId; name: string }> {
  const images = facetOf(driver, 'images');
  // Asked for now and not taken from the picture: it may have been removed in this moment.
  const find = async () =>
    (await images.list(signal)).find(({ id, names }) => names.includes(shortName(spec.image)) || isId(id, spec.image));
  const found = spec.pull === 'always' && !isIdText(spec.image) ? undefined : await find();
  if (found !== undefined)
    return { id: found.id, name: found.names.find((name) => name === shortName(spec.image)) ?? found.names[0] ?? spec.image };
  if (spec.pull === 'never' || isIdText(spec.image)) throw new AppError('imageMissing', { image: spec.image });
  const id = await pull({ driver, name: spec.image, platform: spec.platform, report }, signal);
  report({ doneBytes: null, totalBytes: null, step: null, progress: null, parts: [] });
  return { id, name: shortName(spec.image) };
}

/** As images are listed: with a tag, without the registry that is assumed. */
export function shortName(image: string): string {
  const name = image.replace(/^docker\.io\/(library\/)?/, '').replace(/^localhost\//, '');
  return /[:@][^/]*$/.test(name) ? name : `${name}:latest`;
}

function isIdText(image: string): boolean {
  return /^sha256:[0-9a-f]{64}$|^[0-9a-f]{12,64}$/.test(image);
}

function isId(id: ImageId, image: string): boolean {
  const hex = image.replace(/^sha256:/, '');
  return (
    isIdText(image) &&
    splitId(id)
      .nativeId.replace(/^sha256:/, '')
      .startsWith(hex)
  );
}
