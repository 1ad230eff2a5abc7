import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { CompiledRuntime } from "./compiled_runtime.ts";

/** Written when a package is made (`build/bundle_package.ts`), in JSON. */
const BUILT = fileURLToPath(new URL("../../bundle/runtime.json", import.meta.url));

/** The guest runtime as the package brings it, or else compiled now, which takes a start 0.2 s of both cores. */
export async function loadRuntime(): Promise<CompiledRuntime> {
  // Beside sources it would be what an interrupted `npm pack` has left.
  if (import.meta.url.endsWith(".js")) return JSON.parse(await readFile(BUILT, "utf8")) as CompiledRuntime;
  const { compileRuntime } = await import("./compile_runtime.ts");
  return await compileRuntime();
}
