import { extname, join, normalize, sep } from 'node:path';

/** The page's origin: a scheme of our own, so that nothing of the file system can be named in an address. */
export const PAGE_ORIGIN = 'app://catamaran';

/**
 * The file for an address of the page; null when it is not the page's or leaves the folder.
 * Addresses without an extension are the app's own pages: one file shows them all.
 */
export function pageFile(folder: string, address: string): string | null {
  const url = URL.parse(address);
  if (url === null || `${url.protocol}//${url.host}` !== PAGE_ORIGIN) return null;
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  if (extname(path) === '') return join(folder, 'index.html');
  const file = normalize(join(folder, path));
  return file.startsWith(folder + sep) ? file : null;
}
