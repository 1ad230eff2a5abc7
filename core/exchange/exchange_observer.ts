import type { HttpError } from "../http/http_error.ts";
import type { ScriptFailure } from "../script/failure/script_failure.ts";
import type { RequestChanges } from "../script/script_task.ts";
import type { Escalation } from "./escalation.ts";
import type { Exchange } from "./exchange.ts";
import type { Reply } from "./reply.ts";

/** Is told what becomes of exchanges. For tools that run scripts without a server; must not throw. */
export interface ExchangeObserver {
  /**
   * The scripts leave the exchange to the proxy. If it goes to a backend, that backend's `send` is called next,
   * before anything else happens.
   */
  escalates(exchange: Exchange, plan: Escalation, changes: RequestChanges | undefined): void;
  /** What that brought, before onResponse sees it. Its body is not to be touched. */
  escalated(exchange: Exchange, reply: Reply): void;
  /** It becomes the standard page of an error; `failure` says how the scripts failed, when it was they who did. */
  failed(exchange: Exchange, error: HttpError, failure: ScriptFailure | undefined): void;
}
