import assert from "node:assert/strict";
import { test } from "node:test";
import { planEscalation } from "../../core/exchange/escalation.ts";
import { offeredUpgrade } from "../../core/exchange/offered_upgrade.ts";
import type { Incoming } from "../../core/http/incoming.ts";
import { parseRequestHead } from "../../core/http/parse_request_head.ts";
import { offeredProtocols } from "../../core/http/upgrade.ts";
import type { RequestChanges } from "../../core/script/script_task.ts";
import { TestBody } from "../support/test_body.ts";

/** What goes on to a backend of a client's Upgrade field, with these changes of the scripts. */
function goesOn(upgrade: string | undefined, changes?: RequestChanges): string | undefined {
  const fields = upgrade === undefined ? "" : `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
  const limits = { requestLine: 1_000, head: 1_000, fields: 10 };
  const request = parseRequestHead(`GET / HTTP/1.1\r\nHost: a.test\r\n${fields}\r\n`, limits);
  const incoming = { head: request.head, upgrade: offeredProtocols(request) } as Incoming;
  return offeredUpgrade(incoming, planEscalation(request.head, changes, undefined));
}

test("an offer goes on as it came, whatever else scripts change", () => {
  assert.equal(goesOn("chat, websocket"), "chat, websocket");
  assert.equal(goesOn("chat, websocket", { path: "/other", query: "a" }), "chat, websocket");
  assert.equal(goesOn("chat", { body: null }), "chat");
  assert.equal(goesOn("chat", { headers: "Upgrade: CHAT\r\n" }), "CHAT");
});

test("a request that scripts make another one of offers nothing any more", () => {
  assert.equal(goesOn("chat", { method: "POST" }), undefined);
  assert.equal(goesOn("chat", { method: "HEAD" }), undefined);
  for (const body of ["text", "", new Uint8Array(1), new TestBody()])
    assert.equal(goesOn("chat", { body }), undefined, typeof body);
});

test("scripts may withdraw an offer, or a part of it", () => {
  assert.equal(goesOn("chat, websocket", { headers: "" }), undefined);
  assert.equal(goesOn("chat, websocket", { headers: "Upgrade: \r\n" }), undefined);
  assert.equal(goesOn("chat, websocket", { headers: "Upgrade: websocket\r\n" }), "websocket");
});

test("scripts cannot offer for a client what it has not offered", () => {
  assert.equal(goesOn("chat", { headers: "Upgrade: websocket\r\n" }), undefined);
  assert.equal(goesOn("chat", { headers: "Upgrade: chat/2, chat, h2c\r\n" }), "chat");
  assert.equal(goesOn("h2c", { headers: "Upgrade: h2c\r\n" }), undefined);
  assert.equal(goesOn("h2c, chat", { headers: "Upgrade: h2c, chat\r\n" }), "chat");
  assert.equal(goesOn(undefined, { headers: "Upgrade: chat\r\n" }), undefined);
});
