import { errorText } from "./error_text.ts";
import { type FileStat, unpackFileStat } from "./file_stat.ts";
import type { HostCalls } from "./host_calls.ts";
import type { Outbox } from "./outbox.ts";

/** What a script knows of its site. */
export interface Site {
  readonly name: string;
  readonly root: string;
  readonly hosts: readonly string[];
}

const LONGEST_LINE = 8192;

/** Everything `import ... from "lodestone"` offers. */
export function createLodestoneModule(
  host: HostCalls,
  outbox: Outbox,
  settings: { readonly site: Site; readonly env: Readonly<Record<string, string>> },
) {
  const write = (level: number, values: readonly unknown[]): void => {
    let text = "";
    for (const value of values)
      text += (text === "" ? "" : " ") + (typeof value === "string" ? value : describe(value));
    outbox.log(level, text.slice(0, LONGEST_LINE));
  };
  return Object.freeze({
    stat(path: unknown): FileStat | undefined {
      const packed = host.stat(`${path}`);
      return packed === undefined ? undefined : unpackFileStat(packed);
    },
    site: settings.site,
    env: settings.env,
    log: Object.freeze({
      debug: (...values: unknown[]) => write(20, values),
      info: (...values: unknown[]) => write(30, values),
      warn: (...values: unknown[]) => write(40, values),
      error: (...values: unknown[]) => write(50, values),
    }),
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
