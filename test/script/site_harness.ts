import type { TestContext } from "node:test";
import { setImmediate as nextIteration } from "node:timers/promises";
import type { Backend, BackendReceiver, BackendRequest } from "../../core/backend/backend.ts";
import type { CacheConfig, ScriptLimits, SiteConfig } from "../../core/config/config.ts";
import { SiteRouter } from "../../core/exchange/site_router.ts";
import { StatCache } from "../../core/files/stat_cache.ts";
import { type BodySource, isBodySource, type ResponseBody } from "../../core/http/body.ts";
import { HeaderList } from "../../core/http/header_list.ts";
import type { HttpError } from "../../core/http/http_error.ts";
import type { Incoming, ResponseHead } from "../../core/http/incoming.ts";
import { parseRequestHead } from "../../core/http/parse_request_head.ts";
import { readBody } from "../../core/http/read_body.ts";
import type { RequestHead } from "../../core/http/request_head.ts";
import { TimerWheel } from "../../core/http/timer_wheel.ts";
import { AccessLog } from "../../core/observe/access_log.ts";
import type { SiteMetrics } from "../../core/observe/metrics/site_metrics.ts";
import { WorkerMetrics } from "../../core/observe/metrics/worker_metrics.ts";
import { compileRuntime } from "../../core/script/compile/compile_runtime.ts";
import { compileSite } from "../../core/script/compile/compile_site.ts";
import type { CompiledRuntime } from "../../core/script/compile/compiled_runtime.ts";
import type { CompiledSite } from "../../core/script/compile/compiled_site.ts";
import { keptLog } from "../support/kept_log.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { TestBody } from "../support/test_body.ts";
import { siteFiles, testConfig } from "../support/test_config.ts";
import { until } from "../support/until.ts";

const LIMITS: ScriptLimits = { cpu: 100, memory: 64, deadline: 5_000, body: 1_000_000, operations: 100 };
const runtime = compileRuntime();

/** What a client got. */
export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly text: string;
  readonly bytes: Buffer;
}

/** A client's request, with no lane around it. */
export class TestRequest implements Incoming {
  readonly head: RequestHead;
  readonly body: BodySource | undefined;
  readonly client = { address: "192.0.2.1", port: 40_000, tls: false };
  readonly localPort = 80;
  readonly protocol = "HTTP/1.1";
  readonly upgrade = undefined;
  onFinished: ((bytes: number, error: Error | undefined) => void) | undefined;
  /** Responses it was given; more than one is a mistake. */
  responses = 0;
  readonly answer: Promise<Answer>;
  readonly #resolve: (answer: Answer | Promise<Answer>) => void;
  #over = false;

  constructor(head: RequestHead, body: BodySource | undefined) {
    this.head = head;
    this.body = body;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.answer = promise;
    this.#resolve = resolve;
  }

  switchProtocols(): BodySource {
    throw new Error("switching protocols: none was offered");
  }

  inform(): void {}

  respond({ status, headers }: ResponseHead, body: ResponseBody): void {
    this.responses++;
    this.#resolve(
      bytesOf(body).then((bytes) => {
        this.#finish(bytes.length, undefined);
        return { status, headers, bytes, text: bytes.toString() };
      }),
    );
  }

  /** The client closes its connection. */
  leave(): void {
    this.#finish(0, new Error("the client left"));
  }

  #finish(bytes: number, error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.onFinished?.(bytes, error);
  }
}

async function bytesOf(body: ResponseBody): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  return isBodySource(body) ? readBody(body, 1e9) : Buffer.from(body as string);
}

/** One request at a backend that answers as the test says. */
export interface TestCall {
  readonly request: BackendRequest;
  cancelled: boolean;
  respond(status: number, body?: BodySource | string, fields?: string): void;
  fail(error: HttpError): void;
}

/** A backend whose answers the test gives. */
export class TestBackend implements Backend {
  readonly name: string;
  readonly calls: TestCall[] = [];

  constructor(name: string) {
    this.name = name;
  }

  send(request: BackendRequest, receiver: BackendReceiver): { cancel(): void } {
    const call: TestCall = {
      request,
      cancelled: false,
      respond(status, body, fields = "") {
        const source = typeof body === "string" ? textBody(body) : body;
        receiver.response({ status, headers: HeaderList.fromText(fields), body: source });
      },
      fail: (error) => receiver.failed(error),
    };
    this.calls.push(call);
    const cancel = () => {
      call.cancelled = true;
    };
    return { cancel };
  }

  /** The call with this number, counted from 0, as soon as it is there. */
  call(index: number): Promise<TestCall> {
    return until(`call ${index} reaches backend "${this.name}"`, () => this.calls[index]);
  }

  close(): void {}
}

function textBody(text: string): BodySource {
  const body = new TestBody(Buffer.byteLength(text));
  body.start = (sink) => {
    sink.data(Buffer.from(text));
    sink.end();
  };
  return body;
}

export interface HarnessOptions {
  /** The guest\'s part, instead of the one that all tests share. */
  readonly runtime?: CompiledRuntime;
  readonly limits?: Partial<ScriptLimits>;
  /** Files below the root. */
  readonly files?: Record<string, string | Uint8Array>;
  /** What scripts find in `env`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cache?: Partial<CacheConfig>;
  /** With it requests can be traced. */
  readonly traceSecret?: string;
}

/** One site with a real isolate, real files and a backend in the test's hands; no sockets, no other process. */
export class SiteHarness {
  readonly backend = new TestBackend("app");
  readonly folder = new TemporaryFolder("site");
  readonly #log = keptLog<{
    readonly level: number;
    readonly msg: string;
    readonly stack?: string;
    readonly [name: string]: unknown;
  }>("trace");
  /** Lines of the worker's log. */
  readonly log = this.#log.lines;
  readonly #site: SiteConfig;
  readonly #timers = new TimerWheel({ tick: 20 });
  #router!: SiteRouter;
  readonly #traces: boolean;
  readonly #metrics = new WorkerMetrics();
  #version = 0;

  private constructor({ limits, env = {}, traceSecret }: HarnessOptions) {
    this.#traces = traceSecret !== undefined;
    this.#site = {
      name: "a.test",
      hosts: ["a.test"],
      scripts: [`${this.folder.path}/site.ts`],
      root: this.folder.path,
      backend: "app",
      env,
      allow: { files: [], origins: [], backends: undefined },
      files: siteFiles,
      limits: { ...LIMITS, ...limits },
    };
  }

  static async start(t: TestContext, script: string, options: HarnessOptions = {}): Promise<SiteHarness> {
    const harness = new SiteHarness(options);
    t.after(() => harness.#close());
    for (const [name, content] of Object.entries(options.files ?? {})) harness.folder.write(name, content);
    const compiled = await harness.compile(script);
    harness.#router = new SiteRouter({
      config: testConfig({
        sites: [harness.#site],
        log: { level: "trace", access: false },
        trace: { secret: options.traceSecret },
        isolates: { live: 256, memory: 2 ** 30 },
        cache: { memory: 1_000_000, entry: 100_000, ttl: 3_600_000, waiting: 1000, ...options.cache },
        drainTimeout: 1000,
      }),
      runtime: options.runtime ?? (await runtime),
      sites: [compiled],
      stat: new StatCache({ age: 1000, entries: 1000 }),
      backends: new Map([["app", harness.backend]]),
      timers: harness.#timers,
      logger: harness.#log.logger,
      access: new AccessLog(undefined),
      metrics: harness.#metrics,
    });
    return harness;
  }

  compile(script: string): Promise<CompiledSite> {
    this.folder.write("site.ts", script);
    return compileSite(this.#site, ++this.#version, { returns: this.#traces });
  }

  /** Puts a new version of the script in the place of the one before. */
  async reload(script: string): Promise<void> {
    this.load(await this.compile(script));
  }

  load(compiled: CompiledSite): void {
    this.#router.load(compiled);
  }

  quarantine(milliseconds: number): void {
    this.#router.quarantine("a.test", milliseconds);
  }

  /** What the site has counted. */
  get metrics(): SiteMetrics {
    return this.#metrics.site("a.test");
  }

  /** Exchanges that have not ended. */
  get active(): number {
    return this.#router.active;
  }

  /** Hands requests to the proxy in one event-loop iteration: they enter the isolate together. */
  send(...targets: string[]): TestRequest[] {
    return targets.map((target) => this.request(target));
  }

  request(target: string, options: { method?: string; fields?: string; body?: BodySource | string } = {}) {
    const { method = "GET", fields = "", body } = options;
    const text = `${method} ${target} HTTP/1.1\r\nHost: a.test\r\n${fields}\r\n`;
    const { head } = parseRequestHead(text, { requestLine: 10_000, head: 100_000, fields: 1000 });
    const request = new TestRequest(head, typeof body === "string" ? textBody(body) : body);
    this.#router.handle(request);
    return request;
  }

  get(target: string): Promise<Answer> {
    return this.request(target).answer;
  }

  /** Waits until the isolate has had its turn with everything that was handed over before. */
  async turn(): Promise<void> {
    for (let i = 0; i < 4; i++) await nextIteration();
  }

  /** Text of all log lines of that level at least. */
  logText(level = 0): string {
    return this.log
      .filter((line) => line.level >= level)
      .map((line) => `${line.msg} ${line.stack ?? ""}`)
      .join("\n");
  }

  #close(): void {
    this.#router.close();
    this.#metrics.close();
    this.#timers.close();
    this.folder[Symbol.dispose]();
  }
}
