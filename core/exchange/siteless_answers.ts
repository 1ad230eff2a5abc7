import { HttpError } from "../http/http_error.ts";
import type { Incoming } from "../http/incoming.ts";
import type { AccessLog } from "../observe/access_log.ts";
import type { WorkerMetrics } from "../observe/metrics/worker_metrics.ts";
import type { RequestIds } from "../observe/request_id.ts";
import type { Reply } from "./reply.ts";

/** Answers requests that come to no site, each with its line in the access log. */
export class SitelessAnswers {
  readonly #access: AccessLog;
  readonly #ids: RequestIds;
  readonly #metrics: WorkerMetrics;

  constructor(access: AccessLog, ids: RequestIds, metrics: WorkerMetrics) {
    this.#access = access;
    this.#ids = ids;
    this.#metrics = metrics;
  }

  /** `error` is why the request comes to none, if that is one. */
  send(incoming: Incoming, { status, headers, body }: Omit<Reply, "by">, error?: HttpError): void {
    const { head, client } = incoming;
    const started = performance.now();
    this.#metrics.siteless(status);
    const id = head.id ?? this.#ids.next();
    incoming.onFinished = (bytes, ending) => {
      const code = error?.code ?? (ending instanceof HttpError ? ending.code : undefined);
      const message = ending?.message ?? error?.message;
      this.#access.write({
        id,
        site: "",
        method: head.method,
        host: head.host,
        path: head.path,
        protocol: incoming.protocol,
        status,
        bytes,
        milliseconds: performance.now() - started,
        by: "proxy",
        client: client.address,
        ...(code === undefined ? {} : { code }),
        ...(message === undefined ? {} : { error: message }),
      });
    };
    incoming.respond({ status, headers }, body);
  }
}
