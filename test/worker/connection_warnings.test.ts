import assert from "node:assert/strict";
import test from "node:test";
import type { Logger } from "../../core/observe/logger.ts";
import { ConnectionWarnings } from "../../core/worker/connection_warnings.ts";

test("each kind of failure has lines of its own, which count, and the end tells of what is left", () => {
  const lines: [level: string, fields: object, message: string][] = [];
  const log = (level: string) => (fields: object, message: string) => lines.push([level, fields, message]);
  const warnings = new ConnectionWarnings({ warn: log("warn"), debug: log("debug") } as unknown as Logger);
  const err = new Error("accept ENOBUFS");
  for (let round = 0; round < 3; round++) {
    warnings.turnedAway("http.connections", "192.0.2.1");
    warnings.acceptFailed("127.0.0.1:80", err);
    warnings.handshakeFailed("no shared cipher", "192.0.2.2");
  }
  warnings.close();
  const [first, rest] = [1, 2].map((count) => [
    [
      "warn",
      { limit: "http.connections", client: "192.0.2.1", connections: count },
      "connections closed at once: there are too many",
    ],
    [
      "warn",
      { listener: "127.0.0.1:80", err, failures: count },
      "connections could not be accepted; the listener goes on",
    ],
    [
      "debug",
      { reason: "no shared cipher", client: "192.0.2.2", failures: count },
      "TLS handshakes have failed",
    ],
  ]);
  assert.deepEqual(lines, [...first!, ...rest!]);
});
