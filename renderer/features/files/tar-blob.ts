/** A file or an empty folder on its way up; `path` is relative, with `/`. */
export interface UploadItem {
  path: string;
  file: File | null;
}

const BLOCK = 512;
/** https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html "ustar Interchange Format" */
const TYPE = { file: '0', folder: '5', pax: 'x' } as const;

/** The items as one tar. Nothing of the files is read here: a blob of blobs is read when it is sent. */
export function tarBlob(items: readonly UploadItem[]): Blob {
  const parts: BlobPart[] = [];
  for (const { path, file } of items) {
    const name = file === null ? `${path}/` : path;
    const sizeBytes = file?.size ?? 0;
    const modifiedS = Math.max(0, Math.floor((file?.lastModified ?? Date.now()) / 1000));
    // A pax header carries what an old one has no room for: long names, other letters, large sizes.
    const pax = new TextEncoder().encode(record('path', name) + record('size', String(sizeBytes)));
    parts.push(header({ name: 'pax', type: TYPE.pax, sizeBytes: pax.length, modifiedS }), pax, padding(pax.length));
    parts.push(header({ name: 'file', type: file === null ? TYPE.folder : TYPE.file, sizeBytes, modifiedS }));
    if (file !== null) parts.push(file, padding(sizeBytes));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Blob(parts);
}

/** `<length> key=value\n`, where the length counts itself. */
function record(key: string, value: string): string {
  const rest = new TextEncoder().encode(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function header(of: { name: string; type: string; sizeBytes: number; modifiedS: number }): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  put(0, of.name);
  put(100, of.type === TYPE.folder ? '0000755' : '0000644');
  put(108, '0000000');
  put(116, '0000000');
  // Eleven digits hold 8 GiB; the pax header says more.
  put(124, of.sizeBytes < 8 ** 11 ? octal(of.sizeBytes, 11) : octal(0, 11));
  put(136, octal(of.modifiedS, 11));
  put(148, ' '.repeat(8));
  put(156, of.type);
  put(257, 'ustar\x0000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return block;
}

function padding(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((BLOCK - (bytes % BLOCK)) % BLOCK);
}
