import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ENTRY = fileURLToPath(new URL("../runtime/main.ts", import.meta.url));

/**
 * The guest runtime as one script whose completion value is its `start` function (`runtime/main.ts`).
 * Compiled once, in the supervisor.
 */
export async function compileRuntime(): Promise<string> {
  const result = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "lodestoneRuntime",
    platform: "neutral",
    target: "es2024",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
  });
  // Wrapped so that the global name stays out of the scripts' scope.
  return `(() => { "use strict";\n${result.outputFiles[0]!.text}\nreturn lodestoneRuntime.start; })()`;
}
