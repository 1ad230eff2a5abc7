import type { LocalOutcome } from "../testing/local_site.ts";
import { EXIT_FAULT, EXIT_FINE, EXIT_USAGE } from "./exit_code.ts";
import { runConfig } from "./run_config.ts";
import { readRequest, type TypedRequest } from "./typed_request.ts";

/** The options of `run`, as they were typed. */
export interface RunOptions extends TypedRequest {
  readonly root?: string;
  readonly backend?: readonly string[];
  readonly config?: string;
  readonly json?: boolean;
  readonly trace?: boolean;
}

/** `lodestone run`: resolves with the exit code. Throws UsageError. */
export async function run(script: string, url: string, options: RunOptions): Promise<number> {
  const config = await runConfig(script, options);
  if ("exitCode" in config) return config.exitCode;
  const request = await readRequest(url, options, config.http);
  const { LocalSite } = await import("../testing/local_site.ts");
  const { AnswerPrinter, printJson, printLog, printText, printTrace } = await import("./run_report.ts");
  const { realBackends } = await import("../testing/real_backends.ts");
  const makeBackend = realBackends(config);
  let site: Awaited<ReturnType<typeof LocalSite.start>>;
  try {
    // A trace has the lines in it.
    const onLog = options.json === true || options.trace === true ? {} : { onLog: printLog };
    const traces = options.trace === true;
    site = await LocalSite.start({ config, makeBackend, escalates: false, traces, ...onLog });
  } catch (error) {
    // A ScriptError: the message has the lines of the source.
    if (!(error instanceof Error && error.name === "ScriptError")) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT_FAULT;
  }
  const reader = new AbortController();
  process.stdout.on("error", (error) => reader.abort(error));
  const printer = options.json === true ? undefined : new AnswerPrinter();
  try {
    const outcome = await site.call({ ...request, signal: reader.signal, receiver: printer });
    if (options.trace === true && options.json !== true) printTrace(outcome);
    const print = options.json === true ? printJson : printText;
    if (printer?.hasBegun !== true) await print(outcome, request.head, config);
    return exitCode(outcome);
  } catch (error) {
    if (reader.signal.aborted) return EXIT_FINE;
    if (!(error instanceof Error && error.name === "HttpError")) throw error;
    process.stderr.write(
      `${printer?.hasBegun === true ? "\n" : ""}The answer breaks off: ${error.message}\n`,
    );
    return EXIT_FAULT;
  } finally {
    site.close();
  }
}

function exitCode({ error }: LocalOutcome): number {
  if (error === undefined) return EXIT_FINE;
  return error.status === 421 ? EXIT_USAGE : EXIT_FAULT;
}
