import type { ChunkContext } from "../chunks.ts";
import { errorText } from "../console/error_text.ts";
import type { HostCalls } from "../host/host_calls.ts";
import { toTags } from "../http/cache_directive.ts";
import { boundedText } from "../language/bounded_text.ts";
import { type FileStat, KnownStats } from "./file_stat.ts";
import type { Outbox } from "./outbox.ts";

/** What a script knows of its site. */
export interface Site {
  readonly name: string;
  readonly root: string;
  readonly hosts: readonly string[];
}

/** What `readDir` tells of each entry. */
export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

const LONGEST_LINE = 8192;

/** Everything `import ... from "lodestone"` offers. */
export function createLodestoneModule(
  host: HostCalls,
  outbox: Outbox,
  settings: { readonly site: Site; readonly env: Readonly<Record<string, string>> },
  call: ChunkContext["call"],
) {
  const known = new KnownStats();
  return Object.freeze({
    stat(path: unknown): FileStat | undefined {
      const packed = host.stat(`${path}`);
      return packed === undefined ? undefined : known.of(packed);
    },
    async readFile(path: unknown, encoding?: unknown): Promise<string | Uint8Array<ArrayBuffer> | undefined> {
      return readFile(call, boundedText(`${path}`, "readFile"), encoding);
    },
    async readDir(path: unknown): Promise<readonly FolderEntry[] | undefined> {
      const json = (await call("readDir", boundedText(`${path}`, "readDir"))) as string;
      return json === "" ? undefined : (JSON.parse(json) as FolderEntry[]);
    },
    cache: Object.freeze({
      async purge(...tags: unknown[]): Promise<void> {
        await call("purgeCache", toTags(tags));
      },
    }),
    site: settings.site,
    env: settings.env,
    log: createLog(outbox),
  });
}

async function readFile(
  call: ChunkContext["call"],
  path: string,
  encoding: unknown,
): Promise<string | Uint8Array<ArrayBuffer> | undefined> {
  if (encoding === undefined) {
    const bytes = await call("readFile", path);
    return typeof bytes === "string" ? undefined : new Uint8Array(bytes);
  }
  if (encoding !== "utf8") {
    throw new TypeError(`readFile: the encoding is "utf8" or left out for bytes; got "${String(encoding)}"`);
  }
  const text = (await call("readText", path)) as string;
  return text === "" ? undefined : text.slice(1);
}

function createLog(outbox: Outbox) {
  const write = (level: number, values: readonly unknown[]): void => {
    let text = "";
    for (const value of values)
      text += (text === "" ? "" : " ") + (typeof value === "string" ? value : describe(value));
    outbox.log(level, text.slice(0, LONGEST_LINE));
  };
  return Object.freeze({
    debug: (...values: unknown[]) => write(20, values),
    info: (...values: unknown[]) => write(30, values),
    warn: (...values: unknown[]) => write(40, values),
    error: (...values: unknown[]) => write(50, values),
  });
}

function describe(value: unknown): string {
  if (value instanceof Error) return errorText(value);
  try {
    return typeof value === "object" ? (JSON.stringify(value) ?? String(value)) : String(value);
  } catch {
    return "[a value that cannot be shown]";
  }
}
