import { posix } from 'node:path';
import type { Member } from './archive.ts';
import type { Run } from './geometry.ts';

/** One inode to be. */
export interface Node extends Pick<Member, 'mode' | 'uid' | 'gid' | 'mtimeS' | 'device' | 'capability'> {
  type: Exclude<Member['type'], 'link'>;
  sizeBytes: number;
  /** Where a symbolic link leads. */
  target: string;
  /** Names that it has. */
  names: number;
  children: Map<string, Node>;
  parent: Node | null;
  data: Run[];
  /** Blocks that tell where the data is, when the inode cannot. */
  leaves: Run[];
  /** 0: not given yet. */
  inode: number;
}

const LONGEST_NAME = 255;

/** All names and inodes of a filesystem. */
export class Tree {
  readonly root = newNode({ type: 'directory', mode: 0o755, parent: null });
  /** What was written for names that came a second time. */
  readonly freed: Run[] = [];

  /** The inode of a member; folders on the way that no member named are made. @throws RangeError that says what is wrong with the name */
  add(member: Member): Node {
    const path = partsOf(member.path);
    const name = path.pop();
    if (name === undefined) return this.root;
    const folder = this.#folder(path);
    if (Buffer.byteLength(name, 'latin1') > LONGEST_NAME) throw new RangeError(`the name of ${shown(member.path)} is too long`);
    const before = folder.children.get(name);
    if (member.type === 'link') {
      const node = this.find(member.linkPath);
      if (node === null || node.type === 'directory') throw new RangeError(`${shown(member.path)} is a link to nothing`);
      if (node === before) return node;
      node.names++;
      this.#put(folder, name, node);
      return node;
    }
    if (before?.type === 'directory' && member.type === 'directory') return Object.assign(before, attributesOf(member));
    const node = newNode({ ...attributesOf(member), type: member.type, target: member.linkPath, parent: folder });
    this.#put(folder, name, node);
    return node;
  }

  find(path: string): Node | null {
    let node: Node | undefined = this.root;
    for (const name of partsOf(path)) node = node?.children.get(name);
    return node ?? null;
  }

  /** One engine's archive has them in another order than another's. */
  sort(): void {
    for (const node of this.nodes()) {
      if (node.children.size > 0) node.children = new Map([...node.children].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    }
  }

  /** Every inode once, a folder before what is in it. */
  *nodes(): Generator<Node, void> {
    const seen = new Set<Node>();
    const waiting = [this.root];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      yield node;
      waiting.push(...[...node.children.values()].reverse());
    }
  }

  #folder(path: string[]): Node {
    let node = this.root;
    for (const name of path) {
      const child = node.children.get(name);
      if (child?.type === 'directory') {
        node = child;
        continue;
      }
      const made = newNode({ type: 'directory', mode: 0o755, parent: node });
      this.#put(node, name, made);
      node = made;
    }
    return node;
  }

  #put(folder: Node, name: string, node: Node): void {
    const before = folder.children.get(name);
    if (before !== undefined) this.#drop(before);
    folder.children.set(name, node);
  }

  #drop(node: Node): void {
    for (const child of node.children.values()) this.#drop(child);
    if (--node.names === 0) this.freed.push(...node.data, ...node.leaves);
  }
}

/** `./usr//bin/`, `/usr/bin` and `../usr/bin` are all `usr/bin`: an archive has no place outside its root. */
export function partsOf(path: string): string[] {
  return posix.normalize(`/${path}`).split('/').filter(Boolean);
}

/** For people. */
export function shown(path: string): string {
  return Buffer.from(path, 'latin1').toString();
}

function attributesOf({ mode, uid, gid, mtimeS, device, capability, sizeBytes }: Member) {
  return { mode, uid, gid, mtimeS, device, capability, sizeBytes };
}

function newNode(of: Partial<Node> & Pick<Node, 'type' | 'mode' | 'parent'>): Node {
  return {
    uid: 0,
    gid: 0,
    mtimeS: 0,
    device: { major: 0, minor: 0 },
    capability: null,
    sizeBytes: 0,
    target: '',
    names: 1,
    children: new Map(),
    data: [],
    leaves: [],
    inode: 0,
    ...of,
  };
}
