import type { Incoming } from "../../http/incoming.ts";
import type { CheckedHead } from "../script_head.ts";

/**
 * Whether the answer to a request can be kept, or come from what is kept: GET without body or an offer to switch protocols, and
 * HEAD, which is answered from GET's but whose own answer has no body to keep.
 */
export function isCacheable({ head, body, upgrade }: Incoming): boolean {
  return (head.method === "GET" || head.method === "HEAD") && body === undefined && upgrade === undefined;
}

/** What is wrong with keeping this answer, for the script's author; undefined when nothing is. */
export function whyNotKept({ status, headers }: CheckedHead): string | undefined {
  if (status === 206 || status === 304) return `status ${status} is an answer to one request's conditions`;
  if (headers.has("set-cookie")) return "it has Set-Cookie, which is for one client";
  return undefined;
}
