import { formatFault } from "../config/fault.ts";
import type { FailureDetails } from "../exchange/failure/failure_details.ts";
import { framesOf } from "../script/failure/script_failure.ts";

/** Why a request got the page of an error. Printed, it shows the line of the script with a caret. */
export class SiteError extends Error {
  override readonly name = "SiteError";
  /** Status of the page. */
  readonly status: number;
  /** Stable name of what went wrong, such as `script_error`, `script_cpu_limit` or `backend_refused`. */
  readonly code: string;
  /** Absolute path of the script, when it is known where it failed. */
  readonly file: string | undefined;
  /** Counted from 1. */
  readonly line: number | undefined;
  /** Counted from 1. */
  readonly column: number | undefined;

  constructor(status: number, details: Pick<FailureDetails, "code" | "message" | "places" | "stack">) {
    super(details.message);
    this.status = status;
    this.code = details.code;
    const fault = details.places[0]?.fault;
    this.file = fault?.file;
    this.line = fault?.line;
    this.column = fault?.column;
    const places = details.places.map((place) => formatFault(place.fault)).join("\n");
    const shown = [places || `${this.name}: ${details.message}`, ...framesOf(details.stack)];
    this.stack = shown.join("\n");
  }
}
