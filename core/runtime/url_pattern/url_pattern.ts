import { URLPattern as Polyfill } from "urlpattern-polyfill/urlpattern";
import type { createURLClasses } from "../url/url.ts";

/** The isolate's, which the polyfill uses, too. */
declare const URL: ReturnType<typeof createURLClasses>["URL"];

type Input = Exclude<Parameters<Polyfill["exec"]>[0], undefined>;

/**
 * URLPattern of the URL Pattern standard. The polyfill takes what follows two slashes at the beginning of a path for a
 * host, so that `https://example.com//a/admin` would match the path `/admin`; here it does not.
 */
export class URLPattern extends Polyfill {
  override test(input: Input = {}, base?: string): boolean {
    const safe = withSafePath(input, base);
    return safe === undefined ? super.test(input, base) : super.test(safe);
  }

  override exec(input: Input = {}, base?: string): ReturnType<Polyfill["exec"]> {
    const safe = withSafePath(input, base);
    if (safe === undefined) return super.exec(input, base);
    const result = super.exec(safe);
    if (result !== null) result.inputs = (base === undefined ? [input] : [input, base]) as [Input];
    return result;
  }
}

/** The input with a path that the polyfill reads as it is meant; undefined when it reads it so already. */
function withSafePath(input: Input, base: string | undefined): Exclude<Input, string> | undefined {
  if (typeof input === "object" && input !== null) {
    const { pathname } = input;
    return hasTwoSlashes(pathname) ? { ...input, pathname: `/.${pathname}` } : undefined;
  }
  if (!URL.canParse(input, base)) return undefined;
  const { protocol, username, password, hostname, port, pathname, search, hash } = new URL(input, base);
  if (!hasTwoSlashes(pathname)) return undefined;
  return {
    ...{ protocol: protocol.slice(0, -1), username, password, hostname, port },
    ...{ pathname: `/.${pathname}`, search: search.slice(1), hash: hash.slice(1) },
  };
}

/** A backslash is one, too, where schemes are special. */
function hasTwoSlashes(pathname: unknown): pathname is string {
  return typeof pathname === "string" && /^\/[/\\]/.test(pathname);
}
