const HUB = 'docker.io';

/** The registry that an image's name leads to; Docker Hub when it names none. */
export function registryOfName(name: string): string {
  const [first = '', ...rest] = name.trim().split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : HUB;
}

/** The same image under a name that leads to another registry; a person's own part of Docker Hub carries their name. */
export function nameIn(registry: string, name: string, username: string | null): string {
  const own = registryOfName(name) === HUB ? name.replace(/^docker\.io\//, '') : name.split('/').slice(1).join('/');
  if (registry !== HUB) return `${registry}/${own}`;
  const last = own.split('/').at(-1) ?? own;
  return own.includes('/') || username === null ? own : `${username}/${last}`;
}
