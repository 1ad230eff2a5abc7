import { type SetCookie, stringifySetCookie } from "cookie";

/** What a cookie may be given besides its name and value (RFC 6265 section 4.1.2 and its successor). */
export interface CookieAttributes {
  /** Seconds it lives; 0 deletes it. Without `maxAge` and `expires` it ends with the browser's session. */
  maxAge?: number;
  expires?: Date;
  domain?: string;
  /** `/` unless said otherwise. */
  path?: string;
  httpOnly?: boolean;
  secure?: boolean;
  sameSite?: "strict" | "lax" | "none";
  partitioned?: boolean;
  priority?: "low" | "medium" | "high";
}

/** Where Set-Cookie fields go. */
interface FieldSink {
  append(name: string, value: string): void;
}

/** Sets cookies on a response: one Set-Cookie field each. */
export class ResponseCookies {
  readonly #headers: FieldSink;

  constructor(headers: FieldSink) {
    this.#headers = headers;
  }

  /** Throws a TypeError for what browsers would refuse. The value is percent-encoded where it must be. */
  set(name: string, value: string, attributes: CookieAttributes = {}): this {
    const cookie: SetCookie = { path: "/", ...attributes, name: `${name}`, value: `${value}` };
    checkRules(cookie);
    this.#headers.append("Set-Cookie", stringifySetCookie(cookie));
    return this;
  }

  /** Tells the browser to forget a cookie; `path` and `domain` must be those it was set with. */
  delete(name: string, attributes: Omit<CookieAttributes, "maxAge" | "expires"> = {}): this {
    return this.set(name, "", { ...attributes, maxAge: 0, expires: new Date(0) });
  }
}

/** What browsers silently drop is a mistake worth telling (RFC 6265bis sections 4.1.2.7, 4.1.3). */
function checkRules(cookie: SetCookie): void {
  const refuse = (rule: string): never => {
    throw new TypeError(`cookies.set("${cookie.name}"): ${rule}`);
  };
  if (cookie.sameSite === "none" && cookie.secure !== true) refuse("sameSite none needs secure");
  if (cookie.partitioned === true && cookie.secure !== true) refuse("partitioned needs secure");
  if (/^__Secure-/i.test(cookie.name) && cookie.secure !== true) refuse("a __Secure- cookie needs secure");
  if (/^__Host-/i.test(cookie.name)) {
    if (cookie.secure !== true) refuse("a __Host- cookie needs secure");
    if (cookie.path !== "/") refuse(`a __Host- cookie has the path /, got "${cookie.path}"`);
    if (cookie.domain !== undefined) refuse(`a __Host- cookie has no domain, got "${cookie.domain}"`);
  }
}
