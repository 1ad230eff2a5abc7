import { HttpError } from "../http/http_error.ts";
import type { IncomingHandler } from "../http/incoming.ts";
import type { RequestHead } from "../http/request_head.ts";
import { standardPage } from "../http/standard_page.ts";
import { errorReply } from "./failure/error_reply.ts";
import type { SitelessAnswers } from "./siteless_answers.ts";

/** Where authorities look for the proof that one owns the name of a certificate: over HTTP (RFC 8555 section 8.3). */
const CHALLENGES = "/.well-known/acme-challenge/";

/**
 * Sends every request to the same URL with `https` on that port. Those that `next` gets all the same: challenges for
 * certificates, and what has come by `https` already, as a trusted proxy says, for it would be sent round in circles.
 */
export function httpsRedirect(
  port: number,
  answers: SitelessAnswers,
  next: IncomingHandler,
): IncomingHandler {
  return (incoming) => {
    const { head, client } = incoming;
    if (client.tls || head.path.startsWith(CHALLENGES)) return next(incoming);
    if (head.host === "") {
      const error = new HttpError(400, "no_host", "redirecting to https: the request names no host");
      return answers.send(incoming, errorReply(error), error);
    }
    // 308 keeps the method and the body; to GET the older 301 says the same, and everybody knows it (RFC 9110, 15.4).
    const status = head.method === "GET" || head.method === "HEAD" ? 301 : 308;
    const { headers, body } = standardPage(status);
    headers.append("Location", locationOf(head, port));
    answers.send(incoming, { status, headers, body });
  };
}

/** With the host of the request, and its path as scripts would see it. */
function locationOf({ host, path, query }: RequestHead, port: number): string {
  const authority = port === 443 ? host : `${host}:${port}`;
  // That of OPTIONS for the server as a whole (RFC 9112 section 3.2.4).
  const target = path === "*" ? "" : path;
  return `https://${authority}${target}${query === undefined ? "" : `?${query}`}`;
}
