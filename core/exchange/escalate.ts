import type { Backend, BackendCall, BackendReceiver } from "../backend/backend.ts";
import type { FileServices } from "../files/site_files.ts";
import { type BodySource, cancelBody } from "../http/body.ts";
import { bodySourceOf } from "../http/bytes_body.ts";
import { HOST, HOSTS } from "../http/field_marks.ts";
import type { HeaderList } from "../http/header_list.ts";
import { HttpError } from "../http/http_error.ts";
import type { Incoming } from "../http/incoming.ts";
import { standardPage } from "../http/standard_page.ts";
import type { BackendFailures } from "../observe/backend_failures.ts";
import { escalatedFile } from "./escalated_file.ts";
import type { Escalation } from "./escalation.ts";
import { asHttpError } from "./failure/error_reply.ts";
import { forwardHeaders } from "./forwarded.ts";
import { spendForward } from "./max_forwards.ts";
import { namedBackend } from "./named_backend.ts";
import { offeredUpgrade } from "./offered_upgrade.ts";
import type { Reply } from "./reply.ts";
import type { RequestBody } from "./request_body.ts";
import type { Site } from "./site_table.ts";

/** Where escalation can lead. */
export interface Destinations extends FileServices {
  readonly backends: ReadonlyMap<string, Backend>;
  readonly backendFailures: BackendFailures;
}

/** The exchange that escalates. */
export interface Escalating {
  readonly id: string;
  readonly incoming: Incoming;
  readonly site: Site;
  readonly body: RequestBody;
}

/** Gets the outcome, exactly one of the two, once; maybe before `escalate` returns. */
export interface EscalationReceiver {
  /** An interim response of a backend on the way to it. */
  interim?(status: number, headers: HeaderList): void;
  reply(reply: Reply): void;
  failed(error: HttpError): void;
}

/**
 * Goes on where the scripts left it: to the backend they named, else the static file, else the site's backend,
 * else 404. Returns the call to a backend that is under way. Throws `HttpError` when there is no such backend or
 * the file cannot be served. A body that scripts gave the request is sent or let go.
 */
export function escalate(
  from: Escalating,
  plan: Escalation,
  destinations: Destinations,
  receiver: EscalationReceiver,
): BackendCall | undefined {
  let call: BackendCall | undefined;
  try {
    call = goOn(from, plan, destinations, receiver);
  } finally {
    if (call === undefined && plan.body !== undefined) cancelBody(plan.body);
  }
  return call;
}

function goOn(
  from: Escalating,
  plan: Escalation,
  destinations: Destinations,
  receiver: EscalationReceiver,
): BackendCall | undefined {
  const { site } = from;
  if (plan.backend !== undefined) {
    const backend = namedBackend(destinations.backends, site.config, plan.backend);
    return askBackend(from, plan, plan.backend, backend, destinations, receiver);
  }
  const reads = plan.method === "GET" || plan.method === "HEAD";
  const fallback = site.config.backend;
  if (plan.file !== undefined && (reads || fallback === undefined)) {
    const reply = escalatedFile(site, plan);
    if (reply instanceof Promise) return replyLater(reply, receiver);
    if (reply !== undefined) {
      receiver.reply(reply);
      return undefined;
    }
  }
  if (fallback !== undefined) {
    const backend = namedBackend(destinations.backends, site.config, fallback);
    return askBackend(from, plan, fallback, backend, destinations, receiver);
  }
  receiver.reply({ status: 404, ...standardPage(404), by: "proxy" });
  return undefined;
}

/** A reply that something is read or compressed for; cancelled, it is let go when it comes. */
export function replyLater(reply: Promise<Reply>, receiver: EscalationReceiver): BackendCall {
  let isCancelled = false;
  reply.then(
    (made) => {
      if (isCancelled) cancelBody(made.body);
      else receiver.reply(made);
    },
    (error: unknown) => {
      if (!isCancelled) receiver.failed(asHttpError(error));
    },
  );
  return {
    cancel: () => {
      isCancelled = true;
    },
  };
}

function askBackend(
  from: Escalating,
  plan: Escalation,
  name: string,
  backend: Backend,
  { backendFailures }: Destinations,
  receiver: EscalationReceiver,
): BackendCall | undefined {
  const { incoming } = from;
  const { head } = incoming;
  const headers = plan.headers.clone();
  const upgrade = offeredUpgrade(incoming, plan);
  const { client, localPort } = incoming;
  forwardHeaders(headers, { client, head, localPort, id: from.id });
  const { marks } = headers;
  if ((marks & HOSTS) !== 0) {
    const hosts = headers.getAll("host").length;
    throw new HttpError(
      500,
      "script_bad_change",
      `escalating to backend "${name}": one Host, got ${hosts} from a script`,
    );
  }
  if ((marks & HOST) === 0) headers.set("Host", head.authority === "" ? "localhost" : head.authority);
  const final = spendForward(plan.method, headers);
  if (final !== undefined) {
    receiver.reply(final);
    return undefined;
  }
  const target = plan.query === undefined ? plan.path : `${plan.path}?${plan.query}`;
  return backend.send(
    { method: plan.method, target, headers, body: bodyOf(from, plan), client, upgrade },
    backendReceiver(from, backend, backendFailures, receiver),
  );
}

function backendReceiver(
  from: Escalating,
  { name, metrics }: Backend,
  failures: BackendFailures,
  receiver: EscalationReceiver,
): BackendReceiver {
  return {
    interim: (status, headers) => receiver.interim?.(status, headers),
    response: ({ status, headers, body, declaredLength, upstream }) => {
      metrics?.responded(status);
      receiver.reply({ status, headers, body, declaredLength, upstream, by: "backend" });
    },
    failed: (error) => {
      const { status, code, message } = error;
      // Below, it was the request that failed: its body broke off, or a script made it what cannot be sent.
      if (status >= 502) {
        metrics?.failed(code);
        failures.report({ backend: name, site: from.site.config.name, id: from.id, code, error: message });
      }
      receiver.failed(error);
    },
  };
}

function bodyOf(from: Escalating, plan: Escalation): BodySource | undefined {
  return plan.body === undefined ? from.body.take() : bodySourceOf(plan.body);
}
