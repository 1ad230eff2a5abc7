/** `request.cookies` and `response.cookies`. Part of `lodestone.d.ts`. */

/** The cookies a client sent; of several with one name the first counts. */
interface RequestCookies {
  /** The value, decoded when it is percent-encoded; undefined when there is none. */
  get(name: string): string | undefined;
  has(name: string): boolean;
  readonly size: number;
  [Symbol.iterator](): Iterator<[name: string, value: string]>;
  toJSON(): Record<string, string>;
}

/** What a cookie may be given besides its name and value (RFC 6265 section 4.1.2 and its successor). */
interface CookieAttributes {
  /** Seconds it lives; 0 deletes it. Without `maxAge` and `expires` it ends with the browser's session. */
  maxAge?: number;
  expires?: Date;
  domain?: string;
  /** `/` unless given. */
  path?: string;
  httpOnly?: boolean;
  secure?: boolean;
  sameSite?: "strict" | "lax" | "none";
  partitioned?: boolean;
  priority?: "low" | "medium" | "high";
}

/**
 * Sets cookies on a response: one Set-Cookie field each.
 *
 *     response.cookies.set("session", id, { httpOnly: true, secure: true, sameSite: "lax", maxAge: 3600 });
 */
interface ResponseCookies {
  /** The value is percent-encoded where it must be. @throws TypeError for what browsers would refuse. */
  set(name: string, value: string, attributes?: CookieAttributes): this;
  /** Tells the browser to forget a cookie; `path` and `domain` must be those it was set with. */
  delete(name: string, attributes?: Omit<CookieAttributes, "maxAge" | "expires">): this;
}
