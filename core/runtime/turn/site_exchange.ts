import type { Request } from "../http/request.ts";
import type { ExecutionContext } from "./execution_context.ts";

/** The guest's side of one exchange, kept while the isolate still has a part in it. */
export interface SiteExchange {
  readonly slot: number;
  /** What the client asked for. */
  readonly incoming: Request;
  /** The request the scripts see now; replaced when one returns another. */
  request: Request;
  /** How often a script has returned a Request. */
  restarts: number;
  /** Next script to ask. */
  next: number;
  /** Whether onResponse has had its say already, so that the head comes by in vain. */
  isHooked: boolean;
  /** What the module worker asked last was given. */
  context: ExecutionContext | undefined;
}
