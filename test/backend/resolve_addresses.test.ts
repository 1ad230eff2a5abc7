import assert from "node:assert/strict";
import { test } from "node:test";
import { createAddressResolver } from "../../core/backend/resolve_addresses.ts";
import { startNameServer } from "./support/name_server.ts";

const NAMES: Readonly<Record<string, readonly string[]>> = {
  "both.example": ["2606:4700::1", "192.0.2.1", "192.0.2.2"],
  "four.example": ["192.0.2.3"],
  "six.example": ["2606:4700::2"],
};

test("a name has all its addresses, of both kinds", async () => {
  await using server = await startNameServer((name) => NAMES[name] ?? []);
  const resolve = createAddressResolver([server.address]);
  assert.deepEqual(await resolve("both.example"), ["192.0.2.1", "192.0.2.2", "2606:4700::1"]);
  assert.deepEqual(await resolve("four.example"), ["192.0.2.3"]);
  assert.deepEqual(await resolve("six.example"), ["2606:4700::2"]);
});

test("a name that does not exist is an error", async () => {
  await using server = await startNameServer(() => []);
  await assert.rejects(createAddressResolver([server.address])("none.example"), { code: "ENOTFOUND" });
});

test("names whose servers keep silent do not hold up others", async () => {
  await using server = await startNameServer((name) =>
    name.startsWith("silent") ? undefined : ["192.0.2.1"],
  );
  const resolve = createAddressResolver([server.address]);
  const silent = Array.from({ length: 50 }, (_, index) =>
    resolve(`silent${index}.example`).catch(() => "gave up"),
  );
  const first = await Promise.race([...silent, resolve("quick.example")]);
  assert.deepEqual(first, ["192.0.2.1"]);
});
