import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../../core/http/header_list.ts";
import { removeHopByHop } from "../../core/http/hop_by_hop.ts";

test("hop-by-hop fields go, with those Connection names; the rest stays in order", () => {
  const headers = HeaderList.fromText(
    [
      "Host: a",
      "Connection: close, X-One",
      "X-One: 1",
      "Keep-Alive: timeout=5",
      "TE: trailers",
      "Trailer: X",
      "Transfer-Encoding: chunked",
      "Upgrade: websocket",
      "Proxy-Connection: keep-alive",
      "Proxy-Authorization: Basic x",
      "connection: x-TWO",
      "X-Two: 2",
      "Content-Length: 5",
      "X-Three: 3",
      "",
    ].join("\r\n"),
  );
  removeHopByHop(headers);
  assert.equal(headers.toText(), "Host: a\r\nX-Three: 3\r\n");
});

test("Host stays although Connection names it", () => {
  const headers = HeaderList.fromText("Host: a\r\nConnection: host\r\n");
  removeHopByHop(headers);
  assert.equal(headers.toText(), "Host: a\r\n");
});

test("a list without such fields keeps its text", () => {
  const text = "Host:  a\r\nX:y\r\n";
  const headers = HeaderList.fromText(text);
  removeHopByHop(headers);
  assert.equal(headers.toText(), text);
});
