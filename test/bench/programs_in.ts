import { readdirSync, readFileSync } from "node:fs";
import { parse } from "node:path";
import { type Files, type Program, type Programs, serverNames } from "./bench_server.ts";

const configurations = [".conf", ".cfg", ".yaml", ".vcl"];

/**
 * The programs in the folder `workloads/FOLDER`: the script of each server in `SERVER.lua`, `.ts` or `.js`, its
 * configuration in `SERVER.conf`, `.cfg`, `.vcl` or `.yaml`. Other files are no program. `modules` are files that
 * stand beside the scripts, by server.
 */
export function programsIn(folder: string, modules: Readonly<Record<string, Files>> = {}): Programs {
  const url = new URL(`workloads/${folder}/`, import.meta.url);
  const programs: Record<string, Program> = {};
  for (const file of readdirSync(url).sort()) {
    const { name, ext } = parse(file);
    if (!(serverNames as readonly string[]).includes(name)) continue;
    const key = configurations.includes(ext) ? "config" : "script";
    const text = readFileSync(new URL(file, url), "utf8");
    programs[name] = { modules: modules[name] ?? {}, ...programs[name], [key]: text };
  }
  return programs;
}
