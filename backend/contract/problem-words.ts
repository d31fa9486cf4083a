/** What comes in a problem's params as a key, or as several between `, `: by the param's name, the keys in English. */
export const problemWords = {
  /** What is being done with a virtual machine's disks, memory or devices. */
  work: {
    starting: 'it is starting',
    stopping: 'it is stopping',
    suspend: 'its memory is being saved',
    discard: 'its saved memory is being discarded',
    changeHardware: 'its hardware is being changed',
    takeSnapshot: 'a snapshot is being taken',
    renameSnapshot: 'a snapshot is being described',
    revertSnapshot: 'it is going back to a snapshot',
    deleteSnapshot: 'a snapshot is being deleted',
    scheduleSnapshots: 'its snapshots are being scheduled',
    growDisk: 'a disk is being grown',
    compactDisk: 'a disk is being compacted',
    checkDisk: 'a disk is being checked',
    repairDisk: 'a disk is being repaired',
    convertDisk: 'a disk is being converted',
    flattenDisk: 'a disk is being flattened',
    exportDisk: 'a disk is being exported',
    addDisk: 'a disk is being added',
    detachDisk: 'a disk is being detached',
    deleteDisk: 'a disk is being deleted',
    clone: 'it is being cloned',
    export: 'it is being exported',
  },
  /** What saved memory depends on. */
  parts: {
    qemu: 'version of QEMU',
    accelerator: 'accelerator',
    cpus: 'number of processors',
    memory: 'size of memory',
    disks: 'set of disks',
    machine: 'machine type',
    firmware: 'firmware',
    tpm: 'TPM',
    generation: 'generation ID',
    topology: 'CPU topology',
    cdrom: 'CD drive',
    cloudInit: 'cloud-init disc',
    network: 'network',
    display: 'display',
    sharedFolders: 'set of shared folders',
    serialPorts: 'number of serial ports',
  },
} as const;
export type ProblemWords = {
  readonly [Param in keyof typeof problemWords]: { readonly [Key in keyof (typeof problemWords)[Param]]: string };
};
export type VmWork = keyof typeof problemWords.work;
export type MemoryPart = keyof typeof problemWords.parts;

/** The params with words in the place of keys. */
export function inWords(params: Readonly<Record<string, string | number>>, words: ProblemWords): Record<string, string | number> {
  const tables: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = words;
  const said = Object.entries(params).map(([name, value]) => {
    const table = tables[name];
    if (table === undefined) return [name, value];
    const keys = String(value).split(', ');
    return [name, keys.map((key) => table[key] ?? key).join(', ')];
  });
  return Object.fromEntries(said);
}
