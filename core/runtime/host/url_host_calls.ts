/** Parts of a URL that have a setter besides `href`. */
export type URLPart =
  | "protocol"
  | "username"
  | "password"
  | "host"
  | "hostname"
  | "port"
  | "pathname"
  | "search"
  | "hash";

/**
 * URL parsing by the host's parser, called synchronously. A URL crosses as its serialisation (its `href`):
 * that is unambiguous, so the guest cuts the components out of it by itself (`url_components.ts`).
 */
export interface UrlHostCalls {
  /** The serialised URL; undefined when `url`, taken relative to `base`, is not one. */
  parseUrl(url: string, base: string | undefined): string | undefined;
  /** The serialised URL after setting one part as the URL standard's setter does; unchanged if it can't be. */
  setUrlPart(href: string, part: URLPart, value: string): string;
}
