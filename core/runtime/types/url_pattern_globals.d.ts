/** URLPattern (URL Pattern standard). Part of `lodestone.d.ts`. */

/** A URL by its parts, or patterns for them. */
interface URLPatternInit {
  protocol?: string;
  username?: string;
  password?: string;
  hostname?: string;
  port?: string;
  pathname?: string;
  search?: string;
  hash?: string;
  /** What relative parts are resolved against. */
  baseURL?: string;
}

type URLPatternInput = string | URLPatternInit;

interface URLPatternOptions {
  /** Whether upper and lower case are the same in path, query and fragment. */
  ignoreCase?: boolean;
}

/** What one part of a URL was, and what its groups have matched. */
interface URLPatternComponentResult {
  input: string;
  /** By name, unnamed ones by number from 0; undefined where an optional group matched nothing. */
  groups: Record<string, string | undefined>;
}

interface URLPatternResult {
  inputs: [URLPatternInput] | [URLPatternInput, string];
  protocol: URLPatternComponentResult;
  username: URLPatternComponentResult;
  password: URLPatternComponentResult;
  hostname: URLPatternComponentResult;
  port: URLPatternComponentResult;
  pathname: URLPatternComponentResult;
  search: URLPatternComponentResult;
  hash: URLPatternComponentResult;
}

/**
 * A pattern for URLs. Parts that are not given match anything. Making one takes its time: do it at the top of the module.
 *
 *     const book = new URLPattern({ pathname: "/books/:id(\\d+)" });
 *     const id = book.exec(request.url)?.pathname.groups.id;
 */
interface URLPattern {
  test(input?: URLPatternInput, baseURL?: string): boolean;
  /** Null when it doesn't match. */
  exec(input?: URLPatternInput, baseURL?: string): URLPatternResult | null;
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
  /** Whether a group has a regular expression of its own. */
  readonly hasRegExpGroups: boolean;
}
declare var URLPattern: {
  readonly prototype: URLPattern;
  /** @throws TypeError for what is no pattern. */
  new (input: URLPatternInput, baseURL: string, options?: URLPatternOptions): URLPattern;
  new (input?: URLPatternInput, options?: URLPatternOptions): URLPattern;
};
