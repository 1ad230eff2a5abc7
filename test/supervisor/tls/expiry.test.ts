import assert from "node:assert/strict";
import test from "node:test";
import { expiryWarning } from "../../../core/supervisor/tls/expiry.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const certificate = { notBefore: 0, notAfter: 100 * DAY };

const cases: [now: number, warning: string | undefined][] = [
  [-1, "certificate is not valid yet"],
  [0, undefined],
  [86 * DAY - 1, undefined],
  [86 * DAY, "certificate expires in 14 days"],
  [98 * DAY + HOUR, "certificate expires in 1 day"],
  [99 * DAY + HOUR, "certificate expires within a day"],
  [100 * DAY, "certificate expires within a day"],
  [100 * DAY + 1, "certificate has expired"],
];
for (const [now, warning] of cases) {
  test(`of a certificate for 100 days, after ${now / DAY}: ${warning ?? "nothing"}`, () => {
    assert.equal(expiryWarning(certificate, now), warning);
  });
}
