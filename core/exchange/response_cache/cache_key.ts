import type { RequestHead } from "../../http/request_head.ts";

/**
 * What leads to everything that is kept of one path: scheme, authority as received, and path. A script may write any of them
 * into its answer, the port as well; so no client can place an answer where others, who ask differently, would get it.
 */
export function pathKey(head: RequestHead, isSecure: boolean): string {
  return `${isSecure ? "https" : "http"}\n${head.authority}\n${head.path}`;
}
