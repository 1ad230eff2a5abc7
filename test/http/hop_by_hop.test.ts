import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../../core/http/header_list.ts";
import { removeHopByHop, removeKnownHopByHop } from "../../core/http/hop_by_hop.ts";

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

test("of a request only the known ones go, whatever Connection names", () => {
  const headers = HeaderList.fromText(
    "Host: a\r\nX-Script: b\r\nTE: trailers\r\nConnection: host, x-script\r\n",
  );
  removeKnownHopByHop(headers);
  assert.equal(headers.toText(), "Host: a\r\nX-Script: b\r\n");
});

test("what stays has one space behind the colon and none behind the value, whether fields went or not", () => {
  for (const gone of ["", "TE: a\r\n", "Connection: close\r\n"]) {
    const headers = HeaderList.fromText(`Host:  a\r\nX:y\r\n${gone}Y: \r\nZ:\tb c \t\r\nV: d\t\r\nW:\r\n`);
    removeHopByHop(headers);
    assert.equal(headers.toText(), "Host: a\r\nX: y\r\nY: \r\nZ: b c\r\nV: d\r\nW: \r\n");
  }
});
