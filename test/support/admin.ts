import type { Lodestone } from "./lodestone.ts";
import { type MetricFamily, parseMetrics } from "./metrics_text.ts";
import { type Answer, request } from "./request.ts";

/** The address of a Lodestone's admin listener (`admin: 127.0.0.1:0`), without a slash at the end. */
export function adminAddress(lodestone: Lodestone): string {
  const address = /admin at (http:\/\/[^\s/]+)/.exec(lodestone.stderr)?.[1];
  if (address === undefined) throw new Error(`no admin listener:\n${lodestone.stderr}`);
  return address;
}

export function askAdmin(lodestone: Lodestone, path: string, method = "GET"): Promise<Answer> {
  return request(adminAddress(lodestone) + path, { method });
}

export async function scrape(lodestone: Lodestone): Promise<Map<string, MetricFamily>> {
  return parseMetrics((await askAdmin(lodestone, "/metrics")).text);
}

/** The body of a page of JSON. */
export async function adminJson<T>(lodestone: Lodestone, path: string): Promise<T> {
  return JSON.parse((await askAdmin(lodestone, path)).text) as T;
}
