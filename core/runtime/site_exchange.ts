import type { Request } from "./request.ts";

/** The guest's side of one exchange, kept while the isolate still has a part in it. */
export interface SiteExchange {
  readonly slot: number;
  /** The request the scripts see now; replaced when one returns another. */
  request: Request;
  /** How often a script has returned a Request. */
  restarts: number;
  /** Next script to ask. */
  next: number;
  /** Whether onResponse has had its say already, so that the head comes by in vain. */
  isHooked: boolean;
}
