import type { HttpError } from "../../http/http_error.ts";
import { statusText } from "../../http/status_text.ts";
import type { ScriptFailure } from "../../script/failure/script_failure.ts";
import type { Exchange } from "../exchange.ts";

/** What the author of a script is told in the browser (`dev`), in whatever form. */
export interface FailureDetails {
  /** Status and reason, such as `500 Internal Server Error`. */
  readonly title: string;
  readonly code: string;
  /** What went wrong, on one line. */
  readonly message: string;
  readonly site: string;
  readonly request: { readonly id: string; readonly method: string; readonly path: string };
  readonly places: ScriptFailure["places"];
  readonly stack: string;
  /** The request's Accept field, "" when there is none. */
  readonly accept: string;
}

export function failureDetails(
  exchange: Exchange,
  error: HttpError,
  told: ScriptFailure | undefined,
): FailureDetails {
  const { head } = exchange.incoming;
  const failure = error.code === "script_not_loaded" ? exchange.site.scripts?.loadFailure : told;
  return {
    title: `${error.status} ${statusText(error.status)}`.trimEnd(),
    code: error.code,
    message: failureMessage(error, failure),
    site: exchange.site.config.name,
    request: { id: exchange.id, method: head.method, path: head.path },
    places: failure?.places ?? [],
    stack: failure?.stack ?? "",
    accept: head.headers.get("accept") ?? "",
  };
}

/** What was thrown says more than that something was. Which site it is stands elsewhere. */
function failureMessage(error: HttpError, failure: ScriptFailure | undefined): string {
  const thrown = failure?.thrown || failure?.places[0]?.fault.message;
  if (thrown && (error.code === "script_error" || error.code === "script_not_loaded")) return thrown;
  const message = error.message.replace(/^running the scripts of ".*?": /, "");
  return message.slice(0, 1).toUpperCase() + message.slice(1);
}

const MISTAKES = new Set(["backend_not_allowed", "backend_unknown", "body_used", "script_bad_change"]);

/** Whether escalation failed because of what the scripts made of the request. */
export function isMistakeOfScripts({ code }: HttpError): boolean {
  return MISTAKES.has(code);
}
