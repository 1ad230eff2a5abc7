import assert from "node:assert/strict";
import { type Lodestone, startLodestone } from "./lodestone.ts";
import { TimedClient } from "./timed_client.ts";

export interface ManySitesOptions {
  readonly sites: number;
  /** `isolates.live` */
  readonly live: number;
  readonly logLevel?: "debug" | "info";
  /** Program and arguments that start the launcher. */
  readonly wrapper?: readonly string[];
}

/** What the script of a site says: which it is, and how many requests its isolate has had. */
const script = (i: number): string => `
import { site } from "lodestone";

let count = 0;

export default (request: Request): Response => {
  count++;
  return new Response(\`${i} \${site.name} \${request.path} \${count}\`);
};
`;

/** Many sites, each with a script of its own, on one worker, and one client that asks them. */
export class ManySites implements AsyncDisposable {
  readonly lodestone: Lodestone;
  /** Milliseconds from the start of the process to the first answer. */
  readonly startTime: number;
  readonly #sites: number;
  readonly #client: TimedClient;

  private constructor(lodestone: Lodestone, client: TimedClient, sites: number, startTime: number) {
    this.lodestone = lodestone;
    this.startTime = startTime;
    this.#client = client;
    this.#sites = sites;
  }

  /** The first site has had a request then. */
  static async start({ sites, live, logLevel = "info", wrapper }: ManySitesOptions): Promise<ManySites> {
    const numbers = Array.from({ length: sites }, (_, i) => i);
    const config = [
      "workers: 1",
      `isolates: { live: ${live}, memory: 8gb }`,
      "watchdog: { memory: 16gb }",
      `log: { level: ${logLevel}, access: false }`,
      "sites:",
      ...numbers.map((i) => `  - { hosts: [s${i}.test], scripts: [s${i}.ts] }`),
    ];
    const scripts = Object.fromEntries(numbers.map((i) => [`s${i}.ts`, script(i)]));
    const since = performance.now();
    const lodestone = await startLodestone({
      config: config.join("\n"),
      scripts,
      ...(wrapper === undefined ? {} : { wrapper }),
    });
    const client = await TimedClient.open(lodestone.address);
    const many = new ManySites(lodestone, client, sites, 0);
    await many.ask(0);
    return new ManySites(lodestone, client, sites, performance.now() - since);
  }

  /** Asks a site, checks that it is the one that answers, and tells how long it took and whether its isolate is new. */
  async ask(site: number): Promise<{ readonly milliseconds: number; readonly isNew: boolean }> {
    const { status, text, milliseconds } = await this.#client.get(`s${site}.test`, "/x");
    assert.equal(status, 200, text);
    const [number, name, path, count] = text.split(" ");
    assert.deepEqual([number, name, path], [`${site}`, `s${site}.test`, "/x"]);
    return { milliseconds, isNew: count === "1" };
  }

  /** Asks every site once, in random order. Returns the milliseconds of each request. */
  async askAll(): Promise<number[]> {
    const order = Array.from({ length: this.#sites }, (_, i) => ({ site: i, key: Math.random() }));
    const times: number[] = [];
    for (const { site } of order.sort((a, b) => a.key - b.key))
      times.push((await this.ask(site)).milliseconds);
    return times;
  }

  /** Bytes of resident memory of the worker. */
  get memory(): number {
    const [worker] = this.lodestone.workers();
    return this.lodestone.processes().find(({ pid }) => pid === worker)!.resident;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]();
    await this.lodestone.stop();
  }
}
