import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { SiteHarness } from "../../script/site_harness.ts";

/**
 * A function run twice, with Node's classes in this process and with the runtime's in a real isolate. It may use
 * globals only; what it is given and returns is JSON.
 */
export class InBoth<In> {
  readonly #run: (given: In) => unknown;
  readonly #site: SiteHarness;

  private constructor(run: (given: In) => unknown, site: SiteHarness) {
    this.#run = run;
    this.#site = site;
  }

  static async start<In>(t: TestContext, run: (given: In) => unknown): Promise<InBoth<In>> {
    const script = `
const run = ${run};
export default async (request) => Response.json((await request.json()).map(run));`;
    const limits = { cpu: 10_000, deadline: 30_000, body: 10_000_000 };
    return new InBoth(run, await SiteHarness.start(t, script, { limits }));
  }

  /** What both return for each of the values. */
  async results(given: readonly In[]): Promise<{ node: unknown[]; isolate: unknown[] }> {
    const node = JSON.parse(JSON.stringify(given.map((each) => this.#run(each)))) as unknown[];
    const request = this.#site.request("/", { method: "POST", body: JSON.stringify(given) });
    const answer = await request.answer;
    assert.equal(answer.status, 200, this.#site.logText(40));
    return { node, isolate: JSON.parse(answer.text) as unknown[] };
  }

  /** Throws for the first value about which they differ. */
  async agree(given: readonly In[]): Promise<void> {
    const { node, isolate } = await this.results(given);
    for (const [i, each] of given.entries()) assert.deepEqual(isolate[i], node[i], JSON.stringify(each));
  }
}
