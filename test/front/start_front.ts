import type { TestContext } from "node:test";
import type { HttpConfig } from "../../core/config/config.ts";
import { TrustedProxies } from "../../core/front/forwarded/trusted_proxies.ts";
import type { Refusal } from "../../core/front/http1/refusal.ts";
import { type FrontOptions, Listener } from "../../core/front/listener.ts";
import type { BodySource, ResponseBody } from "../../core/http/body.ts";
import { HeaderList } from "../../core/http/header_list.ts";
import type { Incoming, IncomingHandler } from "../../core/http/incoming.ts";
import { TimerWheel } from "../../core/http/timer_wheel.ts";
import { testConfig } from "../support/test_config.ts";
import { RawClient } from "./raw_client.ts";

const HTTP: HttpConfig = {
  ...testConfig().http,
  requestLine: 2_000,
  head: 8_000,
  fields: 50,
  body: 10_000_000,
  keepAliveTimeout: 10_000,
  idleTimeout: 10_000,
  connections: 100,
};

/** What a listener of plain HTTP/1.1 is told. */
export function frontOptions(
  options: Pick<FrontOptions, "timers" | "handler"> & Partial<FrontOptions>,
): FrontOptions {
  const spoken = { tls: false, http2: true, redirect: undefined, proxyProtocol: [] };
  const { http2, proxies } = testConfig();
  return { spoken, http: HTTP, http2, proxies: new TrustedProxies(proxies), ...options };
}

/** What became of one exchange. */
export interface Outcome {
  readonly bytes: number;
  readonly error: Error | undefined;
}

export interface Front {
  readonly listener: Listener;
  /** In the order of their end. */
  readonly outcomes: Outcome[];
  readonly refused: Refusal[];
  connect(): Promise<RawClient>;
  /** Resolves when whatever clients have sent before has been looked at. Refuses requests for that. */
  settle(): Promise<void>;
}

/** Starts a listener on a free port; the test's end stops it and its clients. */
export async function startFront(
  t: TestContext,
  handler: IncomingHandler,
  http: Partial<HttpConfig> = {},
  options: Partial<FrontOptions> = {},
): Promise<Front> {
  const timers = new TimerWheel({ tick: 10 });
  const outcomes: Outcome[] = [];
  const refused: Refusal[] = [];
  const clients: RawClient[] = [];
  const listener = new Listener(
    frontOptions({
      http: { ...HTTP, ...http },
      timers,
      handler: (incoming) => {
        incoming.onFinished = (bytes, error) => outcomes.push({ bytes, error });
        handler(incoming);
      },
      onRefused: (refusal) => refused.push(refusal),
      ...options,
    }),
  );
  await listener.listen({ kind: "tcp", host: "127.0.0.1", port: 0 });
  t.after(async () => {
    for (const client of clients) client.close();
    listener.destroy(new Error("the test is over"));
    await listener.close();
    timers.close();
  });
  const open = async (): Promise<RawClient> => {
    const client = await RawClient.connect(listener.address);
    clients.push(client);
    return client;
  };
  // A client that comes later has its answer; what was sent before it was there before it.
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      const client = await RawClient.connect(listener.address);
      client.send("no request\r\n\r\n");
      await client.rest();
      // The server hears of the end after the client.
      for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { listener, outcomes, refused, connect: open, settle };
}

/** Answers with 200, or another status. */
export function answer(incoming: Incoming, body: ResponseBody, status = 200): void {
  incoming.respond({ status, headers: HeaderList.empty() }, body);
}

/** Reads a body to its end; rejects when it fails. */
export function readBody(body: BodySource | undefined): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  if (body === undefined) resolve(Buffer.alloc(0));
  else
    body.start({
      data: (chunk) => {
        chunks.push(chunk);
        return true;
      },
      end: () => resolve(Buffer.concat(chunks)),
      fail: reject,
    });
  return promise;
}

/** Waits for a condition that no event tells of, at most five seconds. */
export async function eventually(isTrue: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
