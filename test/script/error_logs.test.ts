import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../support/until.ts";
import { SiteHarness } from "./site_harness.ts";

test("the log of a failure has its causes and inner errors, at their places in the source", async (t) => {
  const site = await SiteHarness.start(
    t,
    `interface Nothing {}
    const inner = (): Error => new RangeError("inner");
    export default (request: Request) => {
      if (request.path === "/all") throw new AggregateError([inner()], "all of them");
      throw new Error("outer", { cause: inner() });
    };`,
  );
  assert.equal((await site.get("/")).status, 500);
  const line = await until("the failure is logged", () => site.log.find(({ level }) => level === 50));
  assert.match(
    line.stack!,
    /^Error: outer\n.*site\.ts:5:13.*\n\[cause\]: RangeError: inner\n.*site\.ts:2:\d+/s,
  );
  assert.match(String(line.at), /site\.ts:5:13/);
  assert.equal((await site.get("/all")).status, 500);
  assert.match(site.logText(50), /\[errors\]\[0\]: RangeError: inner\n.*site\.ts:2:\d+/s);
});
