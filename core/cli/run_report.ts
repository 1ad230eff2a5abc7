import type { Config } from "../config/config.ts";
import { printable } from "../config/fault.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { RequestHead } from "../http/request_head.ts";
import { statusText } from "../http/status_text.ts";
import type { AnswerReceiver } from "../testing/answer_receiver.ts";
import type { Escalated } from "../testing/escalated.ts";
import { type HeaderChange, headerChanges } from "../testing/header_changes.ts";
import type { LocalOutcome } from "../testing/local_site.ts";
import type { LogLine } from "../testing/log_line.ts";
import { traceText } from "./trace_text.ts";

/** A line of the script's log, on standard error. */
export function printLog({ level, text }: LogLine): void {
  process.stderr.write(`${level}: ${text.split("\n").map(printable).join("\n")}\n`);
}

/** The steps on standard error, and the lines of the log that are none of them. */
export function printTrace({ trace, logs }: LocalOutcome): void {
  const told = new Set(trace.map((step) => (step.step === "log" ? step.text : undefined)));
  for (const line of logs) if (!told.has(line.text)) printLog(line);
  process.stderr.write(`${traceText(trace)}\n`);
}

/** Prints an answer that comes in pieces as it comes: it may never end. */
export class AnswerPrinter implements AnswerReceiver {
  hasBegun = false;

  begin(status: number, headers: HeaderList): void {
    this.hasBegun = true;
    // Never rejects.
    void write(headText(status, headers));
  }

  piece(bytes: Buffer): Promise<void> {
    return write(bytes);
  }
}

/** The answer as `curl -i` shows it, or where the request would go; what went wrong, on standard error. */
export async function printText(outcome: LocalOutcome, head: RequestHead, config: Config): Promise<void> {
  const { answer, escalated, error } = outcome;
  if (error !== undefined) {
    const page = `${error.status} ${statusText(error.status)}`.trimEnd();
    process.stderr.write(`${shown(error)}\n\nA client gets ${page}, and nothing of this.\n`);
    return;
  }
  if (escalated !== undefined) return await write(escalationText(escalated, head, config));
  await write(headText(answer!.status, answer!.headers));
  await write(answer!.body);
}

function headText(status: number, headers: HeaderList): string {
  return `${`HTTP/1.1 ${status} ${statusText(status)}`.trimEnd()}\r\n${headers.toText()}\r\n`;
}

/** The line of the script, or what went wrong where there is none. */
function shown({ stack, message }: NonNullable<LocalOutcome["error"]>): string {
  return stack?.startsWith("SiteError: ") ? message : stack!;
}

/** Everything in one object, on standard output. */
export async function printJson(outcome: LocalOutcome, head: RequestHead): Promise<void> {
  const { answer, escalated, error, logs, trace } = outcome;
  const object = {
    ...(escalated === undefined ? {} : { escalated: escalatedJson(escalated, head) }),
    ...(answer === undefined || escalated !== undefined
      ? {}
      : { response: { status: answer.status, headers: [...answer.headers], ...bodyJson(answer.body) } }),
    ...(error === undefined ? {} : { error: errorJson(error) }),
    logs,
    ...(trace.length === 0 ? {} : { trace }),
  };
  await write(`${JSON.stringify(object, null, 2)}\n`);
}

function errorJson(error: NonNullable<LocalOutcome["error"]>) {
  const { status, code, message, file, line, column, stack } = error;
  return { status, code, message, file, line, column, stack };
}

function escalatedJson(escalated: Escalated, head: RequestHead) {
  const { to, backend, file, method, path, query, headers, env, body } = escalated;
  return {
    to,
    backend,
    file,
    method,
    path,
    query,
    headers: [...headers],
    changes: headerChanges(head.headers, headers),
    env,
    ...(body === undefined ? {} : { body: bodyText(body) }),
  };
}

/** As text when it is UTF-8. */
function bodyJson(body: Buffer): { body: string } | { bodyBase64: string } {
  try {
    return { body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body) };
  } catch {
    return { bodyBase64: body.toString("base64") };
  }
}

/**
 * For example
 *
 *     Escalates to backend app (http://127.0.0.1:3000)
 *
 *       GET /orders?page=2
 *
 *     ~ path: /shop/orders -> /orders
 *     + x-base: /shop
 *     - cookie: session=1
 */
function escalationText(escalated: Escalated, head: RequestHead, config: Config): string {
  const { method, path, query, headers, env, body } = escalated;
  const changes = [
    changed("method", head.method, method),
    changed("path", head.path, path),
    changed("query", head.query ?? "", query),
    ...headerChanges(head.headers, headers).map(changeText),
    ...Object.entries(env).map(([name, value]) => `+ env ${name}=${value}`),
    ...(body === undefined ? [] : [`~ body: ${bodyText(body)}`]),
  ].filter((line) => line !== undefined);
  const target = query === "" ? path : `${path}?${query}`;
  const lines = changes.length === 0 ? ["unchanged"] : changes;
  return `${destination(escalated, config)}\n\n  ${method} ${target}\n\n${lines.map(printable).join("\n")}\n`;
}

function destination({ to, backend, file }: Escalated, { backends }: Config): string {
  if (to === "file") return `Escalates to the file ${printable(file ?? "")}`;
  if (to === "none")
    return "Escalates to nothing: there is no such file and no backend, so the answer is 404";
  const server = backends[backend!]?.server;
  if (server === undefined) return `Escalates to backend ${printable(backend!)}`;
  const scheme = server.tls ? "https" : "http";
  const place =
    server.path === undefined ? `${scheme}://${hostOf(server.host!)}:${server.port}` : `unix:${server.path}`;
  return backend === place ? `Escalates to backend ${place}` : `Escalates to backend ${backend} (${place})`;
}

function hostOf(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function changed(name: string, before: string, after: string): string | undefined {
  return before === after ? undefined : `~ ${name}: ${before || "none"} -> ${after || "none"}`;
}

function changeText({ name, before, after }: HeaderChange): string {
  if (before === undefined) return `+ ${name}: ${after}`;
  return after === undefined ? `- ${name}: ${before}` : `~ ${name}: ${before} -> ${after}`;
}

function bodyText(body: NonNullable<Escalated["body"]> | null): string {
  if (body === null) return "none";
  if (typeof body === "object" && !(body instanceof Uint8Array)) return "a stream from the script";
  return `${typeof body === "string" ? Buffer.byteLength(body) : body.length} bytes from the script`;
}

/** Waits for a slow reader, and is content with one that has gone; `run` listens for the error. */
function write(data: string | Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.stdout.write(data, () => resolve());
  return promise;
}
