import type { Config } from "../../config/config.ts";
import type { Observation } from "../metrics/observation.ts";
import type { Outcome } from "../outcome.ts";
import { type Health, unreadiness } from "./health.ts";
import { siteStatus } from "./site_status.ts";
import { workerStatus } from "./worker_status.ts";

/** What the admin listener tells of, and may ask for. */
export interface AdminSubject {
  readonly observation: Observation;
  readonly health: Health;
  /** The one in force. */
  readonly config: Config;
  reload(): Promise<Outcome>;
}

export interface AdminAnswer {
  readonly status: number;
  /** Text, or what becomes JSON. */
  readonly body: string | object;
  readonly type?: string;
}

export interface AdminPage {
  readonly method: "GET" | "POST";
  readonly about: string;
  answer(): AdminAnswer | Promise<AdminAnswer>;
}

/** By path. */
export type AdminPages = Readonly<Record<string, AdminPage>>;

export function adminPages(subject: AdminSubject): AdminPages {
  const { observation } = subject;
  const pages: Record<string, AdminPage> = {
    "/healthz": get("200 while a worker serves", () => healthz(subject.health)),
    "/readyz": get("200 while all workers serve and the server is not being stopped", () =>
      readyz(subject.health),
    ),
    "/metrics": get("metrics for Prometheus", async () => {
      // Not at the start: loading it takes as long as compiling some sites.
      const { METRICS_TYPE, metricsText } = await import("../metrics/metrics_text.ts");
      const body = await metricsText(await observation.sum());
      return { status: 200, body, type: METRICS_TYPE };
    }),
    "/sites": get("versions of scripts, what is wrong with them, quarantines", async () => {
      const sum = await observation.sum();
      return { status: 200, body: siteStatus(subject.config.sites, observation, sum) };
    }),
    "/workers": get("worker processes", async () => {
      await observation.measuring.ask();
      return { status: 200, body: workerStatus(observation) };
    }),
    "/reload": {
      method: "POST",
      about: "reads the configuration again; answers when it serves, or says why not",
      answer: () => reload(subject),
    },
  };
  const index = Object.entries(pages).map(([path, { method, about }]) => ({ path, method, about }));
  return { "/": get("this list", () => ({ status: 200, body: { lodestone: index } })), ...pages };
}

function get(about: string, answer: AdminPage["answer"]): AdminPage {
  return { method: "GET", about, answer };
}

function healthz({ serving }: Health): AdminAnswer {
  const isAlive = serving > 0;
  return { status: isAlive ? 200 : 503, body: { status: isAlive ? "alive" : "no worker serves" } };
}

function readyz(health: Health): AdminAnswer {
  const reasons = unreadiness(health);
  if (reasons.length === 0) return { status: 200, body: { status: "ready" } };
  return { status: 503, body: { status: "not ready", reasons } };
}

async function reload(subject: AdminSubject): Promise<AdminAnswer> {
  const outcome = await subject.reload();
  if (outcome.done) return { status: 200, body: { outcome: "done" } };
  return { status: 422, body: { outcome: "refused", reason: outcome.reason } };
}
