import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { text } from "node:stream/consumers";
import { printable } from "../config/fault.ts";
import { httpSection } from "../config/http_fields.ts";
import { defaultsOf } from "../config/value_reader.ts";
import type { TraceStep } from "../observe/trace.ts";
import { openTrace, traceKey } from "../observe/trace_seal.ts";
import { LONGEST_VALIDITY, signTrace } from "../observe/trace_signature.ts";
import { EXIT_FAULT, EXIT_FINE, UsageError } from "./exit_code.ts";
import { traceText } from "./trace_text.ts";
import { type ReadRequest, readRequest, type TypedRequest } from "./typed_request.ts";

/** The options of `trace`, as they were typed. */
export interface TraceOptions extends TypedRequest {
  readonly secretEnv: string;
  readonly valid: string;
  readonly curl?: boolean;
  readonly json?: boolean;
}

/** Milliseconds a server may be silent. */
const SILENCE = 60_000;

const NO_TRACE = `no trace came with it. Either
  - the server does not trace: its configuration needs "trace: { secret: ... }", or
  - its secret is another one, or its clock differs by more than the signature is valid, or
  - something before it took the request's Lodestone-Trace away, or answered from its cache.
At log level debug the server tells which.`;

/** `lodestone trace`: resolves with the exit code. Throws UsageError. */
export async function trace(url: string, options: TraceOptions): Promise<number> {
  const secret = process.env[options.secretEnv];
  if (secret === undefined || secret === "") {
    throw new UsageError(
      `the environment has no ${options.secretEnv}: it must hold the secret of the server's "trace"`,
    );
  }
  if (url === "-") return await printReceived(await text(process.stdin), secret, options);
  if (url.startsWith("/"))
    throw new UsageError(`"${url}": a whole URL is needed, such as http://127.0.0.1:8080${url}`);
  const request = await readRequest(url, options, defaultsOf(httpSection));
  const { head } = request;
  const signature = signTrace(head, secret, Math.floor(Date.now() / 1000) + validity(options.valid));
  if (options.curl === true) {
    process.stdout.write(`${curlLine(url, request, options, signature)}\n`);
    return EXIT_FINE;
  }
  const since = performance.now();
  let response: IncomingMessage;
  try {
    response = await send(url, request, signature);
  } catch (error) {
    process.stderr.write(`lodestone: asking ${url}: ${(error as Error).message}\n`);
    return EXIT_FAULT;
  }
  const milliseconds = performance.now() - since;
  response.on("error", () => {}).resume();
  const sealed = response.headers["lodestone-trace"];
  const steps = typeof sealed === "string" ? openTrace(sealed, traceKey(secret)) : undefined;
  if (options.json !== true) {
    const title = `HTTP/${response.httpVersion} ${response.statusCode} ${response.statusMessage}`.trimEnd();
    process.stdout.write(`${printable(title)}, ${milliseconds.toFixed(3)} ms to its head from here\n`);
  }
  return print(steps, options);
}

async function printReceived(received: string, secret: string, options: TraceOptions): Promise<number> {
  const sealed = /^lodestone-trace: *(\S+)/im.exec(received)?.[1] ?? "";
  return print(openTrace(sealed, traceKey(secret)), options);
}

function print(steps: readonly TraceStep[] | undefined, options: TraceOptions): number {
  if (steps === undefined) {
    process.stderr.write(`lodestone: ${NO_TRACE}\n`);
    return EXIT_FAULT;
  }
  process.stdout.write(
    options.json === true ? `${JSON.stringify(steps, null, 2)}\n` : `\n${traceText(steps)}`,
  );
  return EXIT_FINE;
}

function validity(seconds: string): number {
  const value = Number(seconds);
  if (Number.isInteger(value) && value >= 1 && value <= LONGEST_VALIDITY) return value;
  throw new UsageError(`--valid ${seconds}: a number of seconds from 1 to ${LONGEST_VALIDITY}`);
}

function send(url: string, { head, body, target }: ReadRequest, signature: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { hostname, port } = new URL(url);
  const options = {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    // A certificate is that of the site, whatever the connection goes to.
    ...(isIP(head.host) === 0 ? { servername: head.host } : {}),
    method: head.method,
    path: target.target,
    headers: [...[...head.headers].flat(), "Lodestone-Trace", signature, "Connection", "close"],
    timeout: SILENCE,
    agent: false as const,
  };
  const request = target.tls ? httpsRequest(options) : httpRequest(options);
  request.once("response", resolve);
  request.once("timeout", () => request.destroy(new Error(`no answer within ${SILENCE / 1000} s`)));
  request.on("error", reject);
  request.end(body);
  return promise;
}

/** For a shell; the answer's head goes to standard output, where `lodestone trace -` can read it. */
function curlLine(url: string, request: ReadRequest, options: TraceOptions, signature: string): string {
  const { head, target } = request;
  const words = ["curl", "-sS", "-g", "--path-as-is", "-D", "-", "-o", "/dev/null"];
  if (head.method === "HEAD") words.push("-I");
  else words.push("-X", head.method);
  for (const header of options.header ?? []) words.push("-H", header);
  if (options.data !== undefined) words.push("--data-binary", options.data);
  words.push("-H", `Lodestone-Trace: ${signature}`, new URL(url).origin + target.target);
  return words
    .map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
