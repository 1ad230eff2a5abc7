import { type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { ReadContext, TextFormat } from "./field.ts";
import { quoteValue, ValueError } from "./value_error.ts";

/** File names that are scripts, as opposed to configurations. */
export const SCRIPT_NAME = /\.[cm]?[jt]sx?$/;

/** A script that exists. */
export const scriptFile: TextFormat<string> = {
  name: "the path of a script",
  example: "./site.ts",
  pattern: "\\.[cm]?[jt]sx?$|\\$\\{",
  parse(text, context) {
    const path = absolute(text, context);
    if (!SCRIPT_NAME.test(path)) {
      throw new ValueError(
        `${quoteValue(text)} is not a script: its name must end in .ts, .js, .mts or .mjs`,
      );
    }
    const stat = existing(text, path);
    if (!stat.isFile()) throw new ValueError(`${quoteValue(text)} is a folder; a script is a file`);
    return path;
  },
};

/** A file in PEM that exists; what is in it is looked at when it is used. */
export const pemFile: TextFormat<string> = {
  name: "the path of a PEM file",
  example: "./certificate.pem",
  parse(text, context) {
    const path = absolute(text, context);
    if (existing(text, path).isDirectory())
      throw new ValueError(`${quoteValue(text)} is a folder, not a file`);
    return path;
  },
};

/** A file that need not exist, in a folder that does. */
export const newFile: TextFormat<string> = {
  name: "the path of a file",
  example: "/run/lodestone.pid",
  parse(text, context) {
    const path = absolute(text, context);
    const parent = dirname(path);
    if (!existing(parent, parent).isDirectory())
      throw new ValueError(`${quoteValue(parent)} is not a folder`);
    return path;
  },
};

/** A folder that exists. */
export const folder: TextFormat<string> = {
  name: "the path of a folder",
  example: "./www",
  parse(text, context) {
    const path = absolute(text, context);
    if (!existing(text, path).isDirectory()) throw new ValueError(`${quoteValue(text)} is not a folder`);
    return path;
  },
};

function absolute(text: string, context: ReadContext): string {
  if (text === "" || text.includes("\0")) throw new ValueError(`${quoteValue(text)} is not a path`);
  return resolve(context.folder, text);
}

function existing(text: string, path: string): Stats {
  let reason = "it does not exist";
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) return stat;
  } catch (error) {
    reason = (error as NodeJS.ErrnoException).code ?? String(error);
  }
  const where = text === path ? "" : ` (looked for ${path})`;
  throw new ValueError(`cannot find ${quoteValue(text)}: ${reason}${where}`);
}

/** Absolute path of a Unix socket written `unix:PATH`. */
export function unixPath(text: string, context: ReadContext): string {
  const path = absolute(text.slice("unix:".length), context);
  // `sockaddr_un` holds 108 bytes with the closing NUL on Linux, 104 on others.
  if (Buffer.byteLength(path) > 103) {
    throw new ValueError(`${quoteValue(text)} is too long: the path of a socket has at most 103 bytes`);
  }
  return path;
}
