import type { Child } from "./child.ts";
import { request } from "./request.ts";
import { until } from "./until.ts";

/** Waits for a server that was just started: true once it answers a request, false when it has ended. */
export async function answers(child: Child, port: number): Promise<boolean> {
  const { answered } = await until("the server answers or ends", async () => {
    if (!child.running) return { answered: false };
    const answer = await request(`http://127.0.0.1:${port}/`, { method: "HEAD" }).catch(() => undefined);
    return answer && { answered: true };
  });
  return answered;
}
