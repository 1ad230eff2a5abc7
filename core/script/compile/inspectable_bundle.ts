import { pathToFileURL } from "node:url";
import { sourcePath } from "../failure/error_location.ts";
import type { CompiledSite } from "./compiled_site.ts";
import { BUNDLE_LINE_OFFSET, wrapBundle } from "./wrap_bundle.ts";

/** A source map (ECMA-426), as far as it is looked into here. */
interface BundleMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/**
 * The text of `wrapBundle` for an isolate that can be debugged: with its source map, whose sources are `file:` URLs
 * of the scripts, so that breakpoints are set in TypeScript and an editor finds the files.
 */
export function inspectableBundle(compiled: CompiledSite): string {
  const map = JSON.parse(compiled.sourceMap) as BundleMap;
  const sources = map.sources.map((source) => pathToFileURL(sourcePath(source)).href);
  // Stepping goes past packages and the generated module that imports the scripts.
  const ignoreList = sources.flatMap((source, i) =>
    /\/node_modules\/|\/lodestone:entry$/.test(source) ? [i] : [],
  );
  const shifted = { ...map, sources, ignoreList, mappings: ";".repeat(BUNDLE_LINE_OFFSET) + map.mappings };
  const data = Buffer.from(JSON.stringify(shifted)).toString("base64");
  return `${wrapBundle(compiled.code)}\n//# sourceMappingURL=data:application/json;base64,${data}`;
}
