import type { TwinId } from '../contract/index.ts';

/** `registry:5000/team/app:tag@sha256:…` → `app`, with only characters that every engine takes in a name. */
export function baseName(image: string): string {
  const path = image.replace(/@.*$/, '').split('/').at(-1) ?? '';
  const name = path.replace(/:.*$/, '').replace(/[^A-Za-z0-9_.-]/g, '-');
  return name.replace(/^[^A-Za-z0-9]+/, '').slice(0, 40) || 'machine';
}

/** Gives each new machine a name that nobody has; the halves of a twin share theirs, so that they can be seen to belong together. */
export class Names {
  readonly #ofTwin = new Map<TwinId, string>();
  readonly #given = new Set<string>();

  next(image: string, options: { taken: ReadonlySet<string>; twinId: TwinId | null }): string {
    const ofTwin = options.twinId === null ? undefined : this.#ofTwin.get(options.twinId);
    if (ofTwin !== undefined) return ofTwin;
    const base = baseName(image);
    let number = 1;
    while (options.taken.has(`${base}-${number}`) || this.#given.has(`${base}-${number}`)) number++;
    const name = `${base}-${number}`;
    if (options.twinId !== null) this.#ofTwin.set(options.twinId, name);
    this.#given.add(name);
    return name;
  }

  /** To be called when the machine can be seen by others, or will never be. */
  release(name: string): void {
    this.#given.delete(name);
  }
}
