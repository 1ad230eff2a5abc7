import type { TestContext } from "node:test";
import type { HttpConfig } from "../../core/config/config.ts";
import type { FrontOptions } from "../../core/front/listener.ts";
import type { Incoming } from "../../core/http/incoming.ts";
import { PassingTime } from "../support/passing_time.ts";
import { type Front, startFront } from "./start_front.ts";

export interface TimedFront {
  readonly time: PassingTime;
  readonly front: Front;
}

/** A front whose deadlines pass when the test says so. */
export async function startTimedFront(
  t: TestContext,
  handler: (incoming: Incoming) => void,
  http: Partial<HttpConfig> = {},
  options: Partial<FrontOptions> = {},
): Promise<TimedFront> {
  const time = new PassingTime(t);
  return { time, front: await startFront(t, handler, http, { ...options, timers: time.timers }) };
}
