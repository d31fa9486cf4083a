import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { type CatalogueImage, type DownloadRequest, type GuestImageId, guestImageId, minimumBytesOf } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import { loadCatalogue } from './catalogue.ts';
import { makeDisk } from './disk-from.ts';
import type { GuestImages, GuestImagesOptions } from './guest-images.ts';
import { ImageList } from './image-list.ts';
import { lendDisk } from './lent.ts';
import { Preparations } from './preparations.ts';
import { QemuImg } from './qemu-img.ts';
import { ImageFolders, type ImageRecord } from './records.ts';
import { download, receive, sumOf } from './sources.ts';
import { type Report, takeIn } from './take-in.ts';
import { usersOfFiles } from './users.ts';

/** Disposing pauses what comes, and ends what cannot be paused. */
export async function openGuestImages(options: GuestImagesOptions, signal: AbortSignal): Promise<GuestImages> {
  const { downloads, transfers, clock } = options;
  const folders = new ImageFolders(options.folder);
  const qemuImg = new QemuImg(options.host);
  const list = new ImageList(folders);
  const preparations = new Preparations({ list, folders, downloads, tasks: options.tasks });
  /** Images that a disk is made of right now. */
  const read = new Map<GuestImageId, number>();
  const removing = new Set<GuestImageId>();
  await preparations.load(await folders.load(options.logger));
  await refreshUsers(signal);

  async function refreshUsers(usersSignal: AbortSignal): Promise<void> {
    if (list.records().length === 0) return;
    list.setUsers(await usersOfFiles(options.machineFolders, usersSignal));
  }

  function freeId(wish: string): GuestImageId {
    const base =
      wish
        .toLowerCase()
        .replaceAll(/[^a-z0-9._-]+/g, '-')
        .replace(/^[^a-z0-9]+/, '')
        .slice(0, 80) || 'image';
    for (let n = 1; ; n++) {
      const id = guestImageId.parse(n === 1 ? base : `${base}-${n}`);
      if (!list.has(id) && !existsSync(folders.folderOf(id))) return id;
    }
  }

  /** On disk before anything else of it is. */
  async function add(wish: string, of: Pick<ImageRecord, 'name' | 'origin'> & Partial<ImageRecord>): Promise<ImageRecord> {
    const record: ImageRecord = { ...UNKNOWN, id: freeId(wish), addedAtMs: clock.now(), ...of };
    list.set(record);
    await mkdir(folders.folderOf(record.id), { recursive: true, mode: 0o700 });
    await folders.save(record);
    return record;
  }

  async function finish(of: { record: ImageRecord; path: string; moves: boolean }, report: Report, workSignal: AbortSignal) {
    const taken = await takeIn({ ...of, folders, qemuImg }, report, workSignal);
    const ready: ImageRecord = { ...of.record, ...taken, ready: true };
    await folders.save(ready);
    list.set(ready);
    return ready.id;
  }

  async function entryOf(id: GuestImageId): Promise<CatalogueImage> {
    const { images } = await loadCatalogue(options.catalogue, signal);
    const entry = images.find((image) => image.id === id);
    if (entry === undefined) throw new AppError('catalogueEntryMissing', { image: id });
    return entry;
  }

  const comesFrom = (entryId: GuestImageId) => (record: ImageRecord) =>
    record.origin.type === 'catalogue' && record.origin.entryId === entryId;

  async function downloadEntry(entryId: GuestImageId): Promise<{ id: GuestImageId }> {
    const entry = await entryOf(entryId);
    const known = list.records().filter(comesFrom(entryId));
    const name = `${entry.distribution} ${entry.version}`;
    const facts = {
      name,
      osName: name,
      origin: { type: 'catalogue', entryId, url: entry.url } as const,
      architecture: entry.architecture,
      defaultUser: entry.defaultUser,
      firmware: entry.firmware,
      cloudInit: entry.cloudInit,
      guestAgent: entry.guestAgent,
      ...minimumBytesOf(entry),
    };
    const record = known.find(({ ready }) => !ready) ?? (await add(entryId, facts));
    return preparations.run({ record, kind: 'downloadGuestImage' }, async (report, workSignal) => {
      report({ step: 'askingSum' });
      const checksum = await sumOf(entry, downloads, workSignal);
      const same = known.find(({ ready, checksum: has }) => ready && has?.value === checksum.value);
      if (same !== undefined) {
        await preparations.drop(record.id);
        return same.id;
      }
      if (record.checksum?.value !== checksum.value) await preparations.discard(record.id);
      return bring({ ...record, ...facts, checksum }, entry.url, { report, signal: workSignal });
    });
  }

  async function bring(record: ImageRecord, url: string, at: { report: Report; signal: AbortSignal }): Promise<GuestImageId> {
    await folders.save(record);
    list.set(record);
    const path = folders.incomingOf(record.id);
    await download({ url, path, checksum: record.checksum, downloads }, at.report, at.signal);
    return finish({ record, path, moves: true }, at.report, at.signal);
  }

  async function downloadUrl({ url, name, checksum }: DownloadRequest): Promise<{ id: GuestImageId }> {
    const paused = list.records().find((one) => !one.ready && one.origin.type === 'url' && one.origin.url === url);
    if (paused !== undefined && paused.checksum?.value !== checksum?.value) await preparations.discard(paused.id);
    const record = paused === undefined ? await add(name, { name, checksum, origin: { type: 'url', url } }) : { ...paused, name, checksum };
    return preparations.run({ record, kind: 'downloadGuestImage' }, (report, workSignal) =>
      bring(record, url, { report, signal: workSignal }),
    );
  }

  const service: GuestImages = {
    watch: (watchSignal) => list.watch(watchSignal),
    get(id) {
      const image = list.images.find((one) => one.id === id);
      if (image === undefined) throw new AppError('guestImageMissing');
      return image;
    },
    at: (path) => list.images.find((one) => one.path === path) ?? null,
    catalogue: (catalogueSignal) => loadCatalogue(options.catalogue, catalogueSignal),
    download: (entryId) => preparations.shared(`catalogue ${entryId}`, () => downloadEntry(entryId)),
    downloadFrom: (request) => preparations.shared(`url ${request.url}`, () => downloadUrl(request)),
    pause: (id) => preparations.pause(id),

    async resume(id) {
      const { origin, name, checksum, ready } = list.record(id);
      if (ready) return { id };
      if (origin.type === 'catalogue') return service.download(origin.entryId);
      if (origin.type === 'url') return service.downloadFrom({ url: origin.url, name, checksum });
      throw new AppError('guestImageMissing');
    },

    async import({ path, name }) {
      const record = await add(name, { name, origin: { type: 'file', path } });
      return preparations.run({ record, kind: 'importGuestImage' }, (report, workSignal) =>
        finish({ record, path, moves: false }, report, workSignal),
      );
    },

    async upload({ fileName, name, sizeBytes, transferId }) {
      const record = await add(name, { name, origin: { type: 'upload', fileName } });
      const path = folders.incomingOf(record.id);
      return preparations.run({ record, kind: 'importGuestImage' }, async (report, workSignal) => {
        await receive({ path, sizeBytes, transferId, transfers }, report, workSignal);
        return finish({ record, path, moves: true }, report, workSignal);
      });
    },

    async remove(id, removeSignal) {
      const { name, ready } = list.record(id);
      if (!ready) return preparations.cancel(id);
      if (read.has(id)) throw new AppError('guestImageBusy', { name });
      removing.add(id);
      try {
        await refreshUsers(removeSignal);
        const { usedBy } = service.get(id);
        if (usedBy.length > 0) throw new AppError('guestImageInUse', { name, machines: usedBy.join(', ') });
        await preparations.drop(id);
      } finally {
        removing.delete(id);
      }
    },

    refreshUsers,

    async diskFrom(request, onProgress, diskSignal) {
      const { imageId } = request;
      if (removing.has(imageId)) throw new AppError('guestImageMissing');
      const image = service.get(imageId);
      read.set(imageId, (read.get(imageId) ?? 0) + 1);
      try {
        await makeDisk({ image, request, qemuImg }, onProgress, diskSignal);
        await refreshUsers(diskSignal);
      } finally {
        const readers = (read.get(imageId) ?? 1) - 1;
        if (readers === 0) read.delete(imageId);
        else read.set(imageId, readers);
      }
    },

    lend: (of, report, lendSignal) => lendDisk({ ...of, folder: options.folder, host: options.host, transfers }, report, lendSignal),

    [Symbol.asyncDispose]: () => preparations[Symbol.asyncDispose](),
  };
  return service;
}

const UNKNOWN = {
  version: 1,
  ready: false,
  kind: 'disk',
  architecture: null,
  osName: null,
  defaultUser: null,
  firmware: null,
  cloudInit: null,
  guestAgent: null,
  minimumMemoryBytes: null,
  minimumDiskBytes: null,
  checksum: null,
  sizeBytes: 0,
  virtualBytes: null,
} as const satisfies Partial<ImageRecord>;
