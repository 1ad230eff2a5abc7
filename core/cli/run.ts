import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { Config } from "../config/config.ts";
import type { HttpError } from "../http/http_error.ts";
import type { LocalOutcome } from "../testing/local_site.ts";
import { EXIT_FAULT, EXIT_FINE, EXIT_USAGE, UsageError } from "./exit_code.ts";
import { runConfig } from "./run_config.ts";

/** The options of `run`, as they were typed. */
export interface RunOptions {
  readonly request?: string;
  readonly header?: readonly string[];
  readonly data?: string;
  readonly root?: string;
  readonly backend?: readonly string[];
  readonly config?: string;
  readonly json?: boolean;
}

/** `lodestone run`: resolves with the exit code. Throws UsageError. */
export async function run(script: string, url: string, options: RunOptions): Promise<number> {
  const config = await runConfig(script, options);
  if ("exitCode" in config) return config.exitCode;
  const request = await readRequest(url, options, config);
  const { LocalSite } = await import("../testing/local_site.ts");
  const { printJson, printLog, printText } = await import("./run_report.ts");
  const { realBackends } = await import("../testing/real_backends.ts");
  const makeBackend = realBackends(config);
  let site: Awaited<ReturnType<typeof LocalSite.start>>;
  try {
    const onLog = options.json === true ? {} : { onLog: printLog };
    site = await LocalSite.start({ config, makeBackend, escalates: false, ...onLog });
  } catch (error) {
    // A ScriptError: the message has the lines of the source.
    if (!(error instanceof Error && error.name === "ScriptError")) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT_FAULT;
  }
  try {
    const outcome = await site.call(request);
    const print = options.json === true ? printJson : printText;
    await print(outcome, request.head, config);
    return exitCode(outcome);
  } finally {
    site.close();
  }
}

function exitCode({ error }: LocalOutcome): number {
  if (error === undefined) return EXIT_FINE;
  return error.status === 421 ? EXIT_USAGE : EXIT_FAULT;
}

async function readRequest(url: string, options: RunOptions, config: Config) {
  const { localHead, readLocalTarget } = await import("../testing/local_head.ts");
  const target = readLocalTarget(url);
  if (target === undefined) throw new UsageError(`"${url}" is neither a path such as /old nor an http URL`);
  const body = options.data === undefined ? undefined : await readData(options.data);
  const fields = (options.header ?? []).map(readHeader);
  if (body !== undefined && !fields.some(([name]) => name.toLowerCase() === "content-type")) {
    fields.push(["Content-Type", "application/x-www-form-urlencoded"]);
  }
  const method = options.request ?? (body === undefined ? "GET" : "POST");
  const authority = target.authority ?? "localhost";
  const parts = { method, target: target.target, authority, fields, length: body?.length };
  const client = { address: "127.0.0.1", port: 40_000, tls: target.tls };
  try {
    return { head: localHead(parts, config.http), body, client };
  } catch (error) {
    if (!(error instanceof Error && error.name === "HttpError")) throw error;
    throw new UsageError(
      `no server would take this request, it answers ${(error as HttpError).status}: ${error.message}`,
    );
  }
}

function readHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  if (colon > 0) return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  throw new UsageError(`-H "${line}": a header is written 'Name: value'`);
}

/** As curl has it, but for line breaks of a file, which stay. */
async function readData(data: string): Promise<Buffer> {
  if (!data.startsWith("@")) return Buffer.from(data);
  if (data === "@-") return await buffer(process.stdin);
  try {
    return await readFile(data.slice(1));
  } catch (error) {
    throw new UsageError(`-d ${data}: the file cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
