/** File name of a site's bundle in stacks and in the debugger: `lodestone:///` and the site's name. */
export function bundleFileName(site: string): string {
  return `lodestone:///${encodeURIComponent(site)}`;
}

/** File name of the guest runtime in stacks. Its frames are not the script author's business. */
export const RUNTIME_FILE_NAME = "lodestone:runtime";

const HEAD = "(function (exports, require, module) {\n";

/** Lines that stand before the first line of the bundle in the evaluated text. */
export const BUNDLE_LINE_OFFSET = 1;

/**
 * The text an isolate evaluates: an expression whose value is the function `(exports, require, module)` that
 * a `CompiledSite`'s `code` is the body of. Error positions are taken back by `BUNDLE_LINE_OFFSET`.
 */
export function wrapBundle(code: string): string {
  return `${HEAD}${code}\n})`;
}
