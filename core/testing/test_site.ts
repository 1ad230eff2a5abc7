import type { Backend } from "../backend/backend.ts";
import type { Config } from "../config/config.ts";
import { HttpError } from "../http/http_error.ts";
import { errorAnswer } from "./error_answer.ts";
import { AbsentBackend, type BackendFunction, FunctionBackend } from "./function_backend.ts";
import { localHead } from "./local_head.ts";
import { LocalSite } from "./local_site.ts";
import type { LogLine } from "./log_line.ts";
import { SiteError } from "./site_error.ts";
import { SiteResponse } from "./site_response.ts";
import type { TestReport } from "./test_report.ts";
import { type FetchInit, readTestRequest, type TestRequest } from "./test_request.ts";
import { watchFiles } from "./watch_files.ts";

/** What tests share in a process. */
export interface TestRun {
  readonly report: TestReport;
  /** Those to be closed at the end. */
  readonly open: Set<TestSite>;
}

/** A site as a test has it; see `lodestone_test.d.ts`. */
export class TestSite implements AsyncDisposable {
  readonly logs: LogLine[] = [];
  readonly #config: Config;
  readonly #functions: Readonly<Record<string, BackendFunction>>;
  readonly #run: TestRun;
  #started: Promise<LocalSite> | undefined;
  #closed = false;

  constructor(config: Config, functions: Readonly<Record<string, BackendFunction>>, run: TestRun) {
    this.#config = config;
    this.#functions = functions;
    this.#run = run;
    run.open.add(this);
  }

  async fetch(input: string | URL | Request, init: FetchInit = {}): Promise<SiteResponse> {
    if (this.#closed) throw new Error("fetch: the site is closed");
    // Only until the first await it is known which test this is.
    const test = this.#run.report.currentTest();
    this.#started ??= this.#start();
    const local = await this.#started;
    const request = await readTestRequest(input, init, this.#host());
    const response = await this.#ask(local, request, init.signal ?? undefined);
    this.#run.report.add(test, request.title, response);
    return response;
  }

  async close(): Promise<void> {
    this.#run.open.delete(this);
    if (this.#closed) return;
    this.#closed = true;
    // That it could not be started has been told already.
    await this.#started?.then((local) => local.close()).catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #ask(local: LocalSite, request: TestRequest, signal: AbortSignal | undefined): Promise<SiteResponse> {
    try {
      const head = localHead({ ...request, length: request.body?.length }, this.#config.http);
      const outcome = await local.call({ head, body: request.body, client: request.client, signal });
      return new SiteResponse(request.method, outcome, outcome.answer!);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return refused(request.method, error);
    }
  }

  async #start(): Promise<LocalSite> {
    try {
      const local = await LocalSite.start({
        config: this.#config,
        makeBackend: (name) => this.#backend(name),
        escalates: true,
        onLog: (line) => this.logs.push(line),
      });
      watchFiles(local.inputs);
      return local;
    } catch (error) {
      if (error instanceof Error && "inputs" in error) watchFiles(error.inputs as readonly string[]);
      throw error;
    }
  }

  /** The host of a URL that is only a path. */
  #host(): string {
    const hosts = this.#config.sites.flatMap((each) => each.hosts);
    if (hosts.includes("*")) return "localhost";
    return hosts.find((host) => !host.startsWith("*")) ?? hosts[0]!.replace("*", "www");
  }

  #backend(name: string): Backend | undefined {
    const answer = Object.hasOwn(this.#functions, name) ? this.#functions[name] : undefined;
    if (answer !== undefined) return new FunctionBackend(name, answer);
    // What a configuration does not know is a mistake of the script, as it would be at work.
    if (this.#config.file !== undefined && !Object.hasOwn(this.#config.backends, name)) return undefined;
    const remedy = `no function stands for it: site(..., { backends: { ${JSON.stringify(name)}: (request) => ... } })`;
    return new AbsentBackend(name, remedy);
  }
}

/** What a listener answers that reads such a head, or when the answer breaks off. */
function refused(method: string, error: HttpError): SiteResponse {
  const { status, code, message } = error;
  const told = new SiteError(status, { code, message, places: [], stack: "" });
  return new SiteResponse(
    method,
    { answer: undefined, escalated: undefined, error: told, logs: [], trace: [] },
    errorAnswer(error),
  );
}
