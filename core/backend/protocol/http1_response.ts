import type { BodySource } from "../../http/body.ts";
import { removeHopByHop } from "../../http/hop_by_hop.ts";
import type { ParsedResponse } from "../../http/parse_response_head.ts";
import type { BackendResponse } from "../backend.ts";

/** A final response for its receiver. Takes the hop-by-hop fields off the head. */
export function finalResponse(head: ParsedResponse, body: BodySource | undefined): BackendResponse {
  const { status, headers, declaredLength } = head;
  removeHopByHop(headers, head.connection);
  return declaredLength === undefined ? { status, headers, body } : { status, headers, body, declaredLength };
}

/** Likewise, a 101 that accepts an offer; `upstream` as in `BackendResponse`. */
export function switchedResponse(
  { status, headers }: ParsedResponse,
  body: BodySource,
  upstream: (client: BodySource) => void,
): BackendResponse {
  const protocols = headers.get("upgrade")!;
  removeHopByHop(headers);
  headers.set("Upgrade", protocols);
  return { status, headers, body, upstream };
}
