import assert from "node:assert/strict";
import { test } from "node:test";
import { areOffered, asksForUpgrade, passableProtocols } from "../../core/http/upgrade.ts";

test("what is accepted must be among what was offered, each protocol of it", () => {
  const rows: [accepted: string, offer: string, isOffered: boolean][] = [
    ["chat", "chat", true],
    ["CHAT", "chat", true],
    ["chat", "Chat, websocket", true],
    ["websocket , chat", "chat,websocket", true],
    ["chat/2", "chat", false],
    ["chat", "chat/2", false],
    ["chat, h2c", "chat", false],
    ["h2c, chat", "chat", false],
    ["cha", "chat", false],
    ["chat, websocket", "chat websocket", false],
    ["", "chat", false],
    ["chat,", "chat", false],
  ];
  for (const [accepted, offer, isOffered] of rows)
    assert.equal(areOffered(accepted, offer), isOffered, `${accepted} of ${offer}`);
});

test("a Connection field asks for an upgrade where it has that option", () => {
  for (const field of ["upgrade", "Upgrade", "keep-alive, Upgrade", "upgrade,x", " \tupgrade\t ,x"])
    assert.equal(asksForUpgrade(field), true, field);
  for (const field of [undefined, "", "close", "upgrades", "x-upgrade", "up grade", "upgrade;x"])
    assert.equal(asksForUpgrade(field), false, String(field));
});

test("what leads to HTTP again, to TLS, or is no protocol does not go on", () => {
  const rows: [field: string, passable: string | undefined][] = [
    ["websocket", "websocket"],
    ["websocket,chat/2", "websocket, chat/2"],
    ["h2c, websocket", "websocket"],
    ["h2c", undefined],
    ["H2", undefined],
    ["h3, HTTP/3, http, TLS/1.3, tls", undefined],
    ["httpx, tls-in-tls", "httpx, tls-in-tls"],
    ["", undefined],
    ["chat,", undefined],
    ["chat/2/3", undefined],
    ["chat/", undefined],
    ["a b", undefined],
    ['"chat"', undefined],
    ["x".repeat(256), "x".repeat(256)],
    ["x".repeat(257), undefined],
  ];
  for (const [field, passable] of rows) assert.equal(passableProtocols(field), passable, field);
});
