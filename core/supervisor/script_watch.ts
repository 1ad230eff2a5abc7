import { type BigIntStats, type FSWatcher, statSync, watch } from "node:fs";
import { dirname } from "node:path";

export interface ScriptWatchOptions {
  /** Gets the names of the sites one of whose files has changed. */
  readonly onChange: (sites: ReadonlySet<string>) => void;
  /** Events cannot be had for a folder, for lack of watches say; polling goes on without them. */
  readonly onDegraded?: (folder: string, error: Error) => void;
  /** Milliseconds without an event until the files are looked at: editors save in several steps. */
  readonly quiet?: number;
  /** Milliseconds between looks without an event, for file systems that have none. */
  readonly poll?: number;
}

interface WatchedPath {
  /** What changes when the file does. */
  signature: string;
  /** The folder whose events tell of it. */
  folder: string;
  readonly sites: Set<string>;
}

/** Milliseconds after the first event that the files are looked at even if events don't cease. */
const LONGEST_WAIT = 250;
/** Coarseness of a file system's clock, in milliseconds. */
const CLOCK_TICK = 20;
const MISSING = "missing";

/**
 * Notices changes of the files that sites were compiled from. Folders are watched and not files, because
 * editors replace a file by a new one of the same name. Events only say when to look: what counts is that
 * modification time, size or inode differ.
 */
export class ScriptWatch {
  readonly #onChange: (sites: ReadonlySet<string>) => void;
  readonly #onDegraded: (folder: string, error: Error) => void;
  readonly #quiet: number;
  readonly #paths = new Map<string, WatchedPath>();
  readonly #pathsOf = new Map<string, ReadonlySet<string>>();
  readonly #folders = new Map<string, { watcher: FSWatcher | undefined; inode: bigint }>();
  readonly #poll: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #firstEvent = 0;

  constructor(options: ScriptWatchOptions) {
    this.#onChange = options.onChange;
    this.#onDegraded = options.onDegraded ?? (() => {});
    this.#quiet = options.quiet ?? 50;
    this.#poll = setInterval(() => this.#look(), options.poll ?? 1000).unref();
  }

  /**
   * Replaces the files watched for a site. A path that does not exist is watched for its coming.
   *
   * @param since milliseconds since 1970 at which reading the files began: one that is new to the watch and
   * was changed after that counts as changed.
   */
  watch(site: string, files: readonly string[], since: number): void {
    const paths = new Set(files);
    // What an import without an ending stands for can only be told by its folder.
    for (const file of files) if (signature(file) === MISSING) paths.add(existingFolder(file));
    for (const path of this.#pathsOf.get(site) ?? []) if (!paths.has(path)) this.#remove(path, site);
    this.#pathsOf.set(site, paths);
    // Of these only: with a thousand sites, all of them for each would take seconds.
    for (const path of paths) {
      const { folder } = this.#add(path, site, since);
      if (!this.#folders.has(folder)) this.#watchFolder(folder);
    }
  }

  close(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    for (const { watcher } of this.#folders.values()) watcher?.close();
    this.#folders.clear();
    this.#paths.clear();
    this.#pathsOf.clear();
  }

  #remove(path: string, site: string): void {
    const watched = this.#paths.get(path);
    watched?.sites.delete(site);
    if (watched?.sites.size === 0) this.#paths.delete(path);
  }

  #add(path: string, site: string, since: number): WatchedPath {
    const known = this.#paths.get(path);
    // The signature stays the one from before the files were read.
    if (known !== undefined) {
      known.sites.add(site);
      return known;
    }
    const stat = statOf(path);
    const changedSince = stat?.isFile() && Number(stat.ctimeMs) >= since - CLOCK_TICK;
    const watched = {
      signature: changedSince ? "" : signatureOf(stat),
      folder: folderFor(path, stat),
      sites: new Set([site]),
    };
    this.#paths.set(path, watched);
    if (changedSince) this.#onEvent();
    return watched;
  }

  #watchFolders(): void {
    const needed = new Set<string>();
    for (const { folder } of this.#paths.values()) needed.add(folder);
    for (const [folder, { watcher, inode }] of this.#folders) {
      if (needed.has(folder) && statOf(folder)?.ino === inode) continue;
      watcher?.close();
      this.#folders.delete(folder);
    }
    for (const folder of needed) if (!this.#folders.has(folder)) this.#watchFolder(folder);
  }

  #watchFolder(folder: string): void {
    const inode = statOf(folder)?.ino ?? 0n;
    let watcher: FSWatcher | undefined;
    try {
      watcher = watch(folder, { persistent: false }, () => this.#onEvent());
      watcher.on("error", () => {
        // The folder has gone; polling finds its successor.
        watcher?.close();
        this.#folders.delete(folder);
      });
    } catch (error) {
      this.#onDegraded(folder, error as Error);
    }
    this.#folders.set(folder, { watcher, inode });
  }

  #onEvent(): void {
    const now = performance.now();
    if (this.#timer === undefined) this.#firstEvent = now;
    else clearTimeout(this.#timer);
    const wait = Math.min(this.#quiet, Math.max(0, this.#firstEvent + LONGEST_WAIT - now));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, wait);
  }

  #look(): void {
    const changed = new Set<string>();
    for (const [path, watched] of this.#paths) {
      const stat = statOf(path);
      const now = signatureOf(stat);
      if (now === watched.signature && stat !== undefined) continue;
      watched.folder = folderFor(path, stat);
      if (now === watched.signature) continue;
      watched.signature = now;
      for (const site of watched.sites) changed.add(site);
    }
    this.#watchFolders();
    if (changed.size > 0) this.#onChange(changed);
  }
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // No permission, or a file where a folder should be: as good as not there.
    return undefined;
  }
}

function signature(path: string): string {
  return signatureOf(statOf(path));
}

/** The change time notices a file that was put in place with its old modification time. */
function signatureOf(stat: BigIntStats | undefined): string {
  return stat === undefined ? MISSING : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}

/** The folder whose events tell of the path. */
function folderFor(path: string, stat: BigIntStats | undefined): string {
  return stat?.isDirectory() ? path : existingFolder(path);
}

/** The folder a path is in, or the nearest one above that exists. */
function existingFolder(path: string): string {
  let folder = dirname(path);
  while (folder !== dirname(folder) && !statOf(folder)?.isDirectory()) folder = dirname(folder);
  return folder;
}
