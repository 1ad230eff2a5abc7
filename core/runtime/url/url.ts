import { inspectSymbol } from "../console/inspect_symbol.ts";
import type { URLPart, UrlHostCalls } from "../host/url_host_calls.ts";
import { slice } from "../language/primordials.ts";
import { finishClass, toUSVString } from "../language/web_idl.ts";
import { cutUrl, originOf, type URLComponents } from "./url_components.ts";
import { linkSearchParams, replaceSearchParams, URLSearchParams } from "./url_search_params.ts";

const MEMBERS =
  "href origin protocol username password host hostname port pathname search searchParams hash toString toJSON";

/** The URL and URLSearchParams classes of the URL standard; URLs are parsed by the host. */
export function createURLClasses(host: UrlHostCalls) {
  const parse = (url: string) => host.parseUrl(url, undefined);

  function parseWithBase(url: unknown, base: unknown): string | undefined {
    return host.parseUrl(toUSVString(url), base === undefined ? undefined : toUSVString(base));
  }

  class URL {
    #href: string;
    #parts: URLComponents | undefined;
    #searchParams: URLSearchParams | undefined;

    constructor(url: string | URL, base?: string | URL) {
      const href = parseWithBase(url, base);
      if (href === undefined) throw invalid(`new URL("${url}"${base === undefined ? "" : `, "${base}"`})`);
      this.#href = href;
    }

    static canParse(url: string | URL, base?: string | URL): boolean {
      return parseWithBase(url, base) !== undefined;
    }

    static parse(url: string | URL, base?: string | URL): URL | null {
      const href = parseWithBase(url, base);
      return href === undefined ? null : new URL(href);
    }

    get href(): string {
      return this.#href;
    }

    set href(value: string) {
      const href = parse(toUSVString(value));
      if (href === undefined) throw invalid(`URL.href = "${value}"`);
      this.#replace(href);
    }

    get origin(): string {
      return originOf(this.#href, this.#cut(), parse);
    }

    get protocol(): string {
      return slice(this.#href, 0, this.#cut().protocolEnd);
    }

    set protocol(value: string) {
      this.#set("protocol", value);
    }

    get username(): string {
      const { userStart, userEnd } = this.#cut();
      return slice(this.#href, userStart, userEnd);
    }

    set username(value: string) {
      this.#set("username", value);
    }

    get password(): string {
      const { userEnd, hostStart } = this.#cut();
      return hostStart - userEnd < 2 ? "" : slice(this.#href, userEnd + 1, hostStart - 1);
    }

    set password(value: string) {
      this.#set("password", value);
    }

    get host(): string {
      const { hostStart, authorityEnd } = this.#cut();
      return slice(this.#href, hostStart, authorityEnd);
    }

    set host(value: string) {
      this.#set("host", value);
    }

    get hostname(): string {
      const { hostStart, hostEnd } = this.#cut();
      return slice(this.#href, hostStart, hostEnd);
    }

    set hostname(value: string) {
      this.#set("hostname", value);
    }

    get port(): string {
      const { portStart, authorityEnd } = this.#cut();
      return slice(this.#href, portStart, authorityEnd);
    }

    set port(value: string) {
      this.#set("port", value);
    }

    get pathname(): string {
      const { pathStart, searchStart } = this.#cut();
      return slice(this.#href, pathStart, searchStart);
    }

    set pathname(value: string) {
      this.#set("pathname", value);
    }

    get search(): string {
      const { searchStart, hashStart } = this.#cut();
      return hashStart - searchStart < 2 ? "" : slice(this.#href, searchStart, hashStart);
    }

    set search(value: string) {
      this.#set("search", value);
    }

    get searchParams(): URLSearchParams {
      if (this.#searchParams === undefined) {
        this.#searchParams = new URLSearchParams(this.search);
        linkSearchParams(this.#searchParams, (query) => {
          this.#moveTo(host.setUrlPart(this.#href, "search", query));
        });
      }
      return this.#searchParams;
    }

    get hash(): string {
      const { hashStart } = this.#cut();
      return this.#href.length - hashStart < 2 ? "" : slice(this.#href, hashStart);
    }

    set hash(value: string) {
      this.#set("hash", value);
    }

    toString(): string {
      return this.#href;
    }

    toJSON(): string {
      return this.#href;
    }

    [inspectSymbol](): string {
      return this.#href;
    }

    #cut(): URLComponents {
      this.#parts ??= cutUrl(this.#href);
      return this.#parts;
    }

    #set(part: URLPart, value: unknown): void {
      this.#replace(host.setUrlPart(this.#href, part, toUSVString(value)));
    }

    #moveTo(href: string): void {
      this.#href = href;
      this.#parts = undefined;
    }

    #replace(href: string): void {
      this.#moveTo(href);
      if (this.#searchParams === undefined) return;
      const { searchStart, hashStart } = this.#cut();
      replaceSearchParams(this.#searchParams, slice(href, searchStart + 1, hashStart));
    }
  }

  finishClass(URL, "URL", MEMBERS.split(" "));
  return { URL, URLSearchParams };
}

/** As Node and browsers have it, a TypeError; `code` is Node's, which libraries look at. */
function invalid(attempt: string): TypeError {
  const error = new TypeError(`${attempt}: not a valid URL`);
  return Object.assign(error, { code: "ERR_INVALID_URL" });
}
