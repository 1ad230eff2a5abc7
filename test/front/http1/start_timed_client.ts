import type { TestContext } from "node:test";
import type { HttpConfig } from "../../../core/config/config.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import type { RawClient } from "../raw_client.ts";
import { startTimedFront, type TimedFront } from "../start_timed_front.ts";

/** A front whose deadlines pass when the test says so, with one client. */
export async function startTimedClient(
  t: TestContext,
  handler: (incoming: Incoming) => void,
  http: Partial<HttpConfig> = {},
): Promise<TimedFront & { readonly client: RawClient }> {
  const { time, front } = await startTimedFront(t, handler, http);
  return { time, front, client: await front.connect() };
}
