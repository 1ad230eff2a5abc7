import { isBodiless } from "../http/body_framing.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { Escalated } from "./escalated.ts";
import type { LocalAnswer } from "./local_request.ts";
import type { LocalOutcome } from "./local_site.ts";
import type { LogLine } from "./log_line.ts";
import type { SiteError } from "./site_error.ts";

/** `Escalated` with the classes that tests know. */
export type Escalation = Omit<Escalated, "headers" | "body"> & {
  readonly headers: Headers;
  readonly body: string | Uint8Array | null | undefined;
};

/** What a client would get, and what it would not get to know. */
export class SiteResponse extends Response {
  /** Where the scripts let the request go; undefined when they have answered it themselves. */
  readonly escalated: Escalation | undefined;
  /** What was logged meanwhile. */
  readonly logs: readonly LogLine[];
  /** Why it is the page of an error; undefined when it is none. Throw it to see the line of the script. */
  readonly error: SiteError | undefined;

  constructor(method: string, outcome: LocalOutcome, { status, headers, body }: LocalAnswer) {
    const isNull = isBodiless(status, method) || status === 205;
    super(isNull ? null : new Uint8Array(body), { status, headers: asHeaders(headers) });
    const { escalated, error, logs } = outcome;
    this.escalated = escalated && forTests(escalated);
    this.error = error;
    this.logs = logs;
  }
}

/** A stream has gone to the backend, which is where it can be looked at. */
function forTests({ headers, body, ...others }: Escalated): Escalation {
  const isStream = typeof body === "object" && body !== null && !(body instanceof Uint8Array);
  return { ...others, headers: asHeaders(headers), body: isStream ? undefined : body };
}

function asHeaders(list: HeaderList): Headers {
  return new Headers([...list]);
}
