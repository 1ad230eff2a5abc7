import { HttpError } from "../../http/http_error.ts";

/** Characters of a URL in a message. */
const LONGEST_URL = 200;

/** Told whole: what the rules of the site refuse, and nothing of the network behind them. */
const TOLD = new Set([
  "backend_not_allowed",
  "backend_unknown",
  "fetch_bad_request",
  "origin_not_allowed",
  "origins_busy",
  "redirect_unwanted",
  "script_bad_change",
  "too_many_redirects",
]);

/** One phrase for each code, behind `the backend` or `the server`: no address and no limit reaches a script. */
const SERVER: Readonly<Record<string, string>> = {
  backend_closed: "closed the connection before its response",
  backend_connect_timeout: "did not accept a connection in time",
  backend_dns: "has a name that could not be resolved",
  backend_idle_timeout: "stopped in the middle of its response",
  backend_malformed_response: "sent a response that is not valid HTTP",
  backend_queue_full: "has too many requests waiting for it",
  backend_queue_timeout: "had no free connection in time",
  backend_refused: "refused the connection",
  backend_response_timeout: "sent no response in time",
  backend_send_timeout: "did not take the request's body in time",
  backend_timeout: "did not answer in time",
  backend_tls: "could not be reached by TLS",
  backend_unreachable: "could not be reached",
  origin_address_refused: "has an address that is closed to scripts",
};

/** The same for the body of the request. */
const BODY: Readonly<Record<string, string>> = {
  body_incomplete: "the request's body broke off",
  body_stalled: "the rest of the request's body did not come in time",
  body_too_large: "the request's body is too large",
  body_used: "the request's body has been used already",
  malformed_body: "the request's body is not valid HTTP",
  request_body_failed: "the request's body broke off",
  script_body_failed: "the stream that is the request's body failed",
};

/**
 * What a script is told when a fetch fails: which one, and why. `target`: the URL as the script gave it, or the path
 * of a request of its exchange.
 */
export function fetchFailure(error: unknown, target: unknown): string {
  if (error instanceof HttpError && TOLD.has(error.code)) return error.message;
  return `fetch(${shown(target)}): ${fetchReason(error, isServer(target))}`;
}

/** The part that is the same for every URL; `isOrigin` when it is no backend of the configuration. */
export function fetchReason(error: unknown, isOrigin: boolean): string {
  if (!(error instanceof HttpError)) return "it failed";
  const { status, code } = error;
  const ofServer = SERVER[code] && `the ${isOrigin ? "server" : "backend"} ${SERVER[code]}`;
  return `${ofServer ?? BODY[code] ?? "it failed"} (${status}, ${code})`;
}

function isServer(target: unknown): boolean {
  return typeof target === "string" && /^https?:/i.test(target.slice(0, 6));
}

/** Without query and credentials, which may be secret. */
function shown(target: unknown): string {
  if (typeof target !== "string") return "";
  const start = target.slice(0, 2 * LONGEST_URL);
  const url = start.replace(/[?#].*$/s, "").replace(/^(\w+:\/\/)[^/@]*@/, "$1");
  return JSON.stringify(url.length > LONGEST_URL ? `${url.slice(0, LONGEST_URL)}...` : url);
}
