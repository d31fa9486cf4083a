import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Logger } from '../core/index.ts';
import { type Block, blockMs, decodeBlock, encodeBlock, TIERS, type Tier } from './history-block.ts';

/** A file written by another version is not read: its history begins anew. */
const FORMAT_VERSION = 1;
/** Rows of up to 4 KB stay whole within such a page. */
const PAGE_BYTES = 16 * 1024;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

interface Open {
  database: DatabaseSync;
  put: StatementSync;
  get: StatementSync;
  expire: StatementSync;
}

/**
 * The history's SQLite file: one row a subject, tier and block of time. The key begins with the time, so that the oldest
 * rows lie together and go together. A damaged file is kept aside (`….damaged`) and a new one begun; where no file can be
 * had the history lives in memory.
 */
export class HistoryFile implements Disposable {
  readonly #path: string;
  readonly #logger: Logger;
  #open: Open;
  #failing = false;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    this.#open = this.#openOrBegin();
  }

  get(subject: string, tier: Tier, startMs: number): Block | null {
    return this.#guard(null, ({ get }) => {
      const row = get.get(TIERS.indexOf(tier), startMs, subject);
      return row?.data instanceof Uint8Array ? decodeBlock(tier, startMs, row.data) : null;
    });
  }

  /** Replaces the rows of these blocks, in one transaction. */
  put(blocks: Iterable<{ subject: string; block: Block }>): void {
    this.#guard(undefined, ({ database, put }) => {
      database.exec('BEGIN');
      try {
        for (const { subject, block } of blocks) put.run(TIERS.indexOf(block.tier), block.startMs, subject, encodeBlock(block));
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  /** Removes what is older than its tier keeps, then the oldest until the files together are within `maxBytes`. */
  trim(nowMs: number, maxBytes: number): void {
    this.#guard(undefined, (open) => {
      for (const [index, tier] of TIERS.entries()) open.expire.run(index, nowMs - tier.keepMs - blockMs(tier));
      if (this.#path === ':memory:' || this.#fileBytes() <= maxBytes) return;
      this.#shrink(open.database, maxBytes);
    });
  }

  [Symbol.dispose](): void {
    if (this.#open.database.isOpen) this.#open.database.close();
  }

  /** To nine tenths, so that not every flush has to do it again. */
  #shrink(database: DatabaseSync, maxBytes: number): void {
    const first = database.prepare('SELECT min(start) AS start FROM block WHERE tier = ?');
    const remove = database.prepare('DELETE FROM block WHERE tier = ? AND start = ?');
    const number = (pragma: string) => Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
    const usedBytes = () => (number('page_count') - number('freelist_count')) * PAGE_BYTES;
    while (usedBytes() > maxBytes * 0.9) {
      const starts = TIERS.map((_, tier) => Number(first.get(tier)?.start ?? Number.POSITIVE_INFINITY));
      const oldest = Math.min(...starts);
      if (oldest === Number.POSITIVE_INFINITY) break;
      remove.run(starts.indexOf(oldest), oldest);
    }
    // Both give room back: the first inside the file, the second that of the write-ahead log.
    database.exec('PRAGMA incremental_vacuum');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  #fileBytes(): number {
    return ['', '-wal'].reduce((sum, suffix) => sum + (statSync(this.#path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0);
  }

  /** The history is worth less than what it records: its failures are logged once and never stop the sampler. */
  #guard<T>(otherwise: T, work: (open: Open) => T): T {
    try {
      const result = work(this.#open);
      this.#failing = false;
      return result;
    } catch (error) {
      if (isDamage(error)) {
        this.#open.database.close();
        this.#setAside(error);
        this.#open = this.#openOrBegin();
      } else if (!this.#failing) {
        this.#failing = true;
        this.#logger.error('the metrics history cannot be read or written', { path: this.#path, error });
      }
      return otherwise;
    }
  }

  #openOrBegin(): Open {
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      try {
        return openDatabase(this.#path);
      } catch (error) {
        if (!isDamage(error)) throw error;
        this.#setAside(error);
        return openDatabase(this.#path);
      }
    } catch (error) {
      this.#logger.error('the metrics history has no file and lives in memory', { path: this.#path, error });
      return openDatabase(':memory:');
    }
  }

  #setAside(error: unknown): void {
    const kept = `${this.#path}.damaged`;
    this.#logger.error('the metrics history is damaged: it is kept aside and a new one begun', { path: this.#path, kept, error });
    renameSync(this.#path, kept);
    for (const suffix of ['-wal', '-shm']) rmSync(this.#path + suffix, { force: true });
  }
}

class ForeignFormat extends Error {}

function openDatabase(path: string): Open {
  const database = new DatabaseSync(path);
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n);
    if (version !== FORMAT_VERSION && tables > 0) throw new ForeignFormat(`the history has format ${version}`);
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 64;
      PRAGMA journal_size_limit = ${64 * PAGE_BYTES};
      PRAGMA user_version = ${FORMAT_VERSION};
      CREATE TABLE IF NOT EXISTS block (
        tier INTEGER NOT NULL, start INTEGER NOT NULL, subject TEXT NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (tier, start, subject)
      ) STRICT, WITHOUT ROWID;
    `);
    return {
      database,
      put: database.prepare('INSERT OR REPLACE INTO block (tier, start, subject, data) VALUES (?, ?, ?, ?)'),
      get: database.prepare('SELECT data FROM block WHERE tier = ? AND start = ? AND subject = ?'),
      expire: database.prepare('DELETE FROM block WHERE tier = ? AND start < ?'),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  // The low byte of SQLite's extended codes is the code itself.
  const primary = typeof code === 'number' ? code & 0xff : 0;
  return error instanceof ForeignFormat || error instanceof RangeError || primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB;
}
