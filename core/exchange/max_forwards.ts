import { HeaderList } from "../http/header_list.ts";
import { standardPage } from "../http/standard_page.ts";
import type { Reply } from "./reply.ts";

const ALLOWED: [string, string] = ["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"];

/**
 * Counts this proxy as one of the hops that an OPTIONS or TRACE may take (RFC 9110 section 7.6.2). Returns the answer
 * of a request that may go no further: TRACE is not reflected, for what comes back might have secrets in it
 * (section 9.3.8).
 */
export function spendForward(method: string, headers: HeaderList): Reply | undefined {
  if (method !== "OPTIONS" && method !== "TRACE") return undefined;
  const left = headers.get("max-forwards");
  if (left === undefined || !/^[0-9]{1,9}$/.test(left)) return undefined;
  if (Number(left) > 0) {
    headers.set("Max-Forwards", String(Number(left) - 1));
    return undefined;
  }
  if (method === "OPTIONS")
    return { status: 204, headers: HeaderList.from([ALLOWED]), body: undefined, by: "proxy" };
  const page = standardPage(405);
  const fields = HeaderList.from([...page.headers, ALLOWED]);
  return { status: 405, headers: fields, body: page.body, by: "proxy" };
}
