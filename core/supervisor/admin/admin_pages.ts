import type { Config } from "../../config/config.ts";
import type { Purges } from "../messages.ts";
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
  /** Lets all workers let go of kept answers. Resolves with why one has not. */
  purge(purges: Purges): Promise<string | undefined>;
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
  answer(query: URLSearchParams): AdminAnswer | Promise<AdminAnswer>;
}

/** By path. */
export type AdminPages = Readonly<Record<string, AdminPage>>;

/** Not at the start, for loading it takes as long as compiling some sites. */
export const loadMetricsText = () => import("../metrics/metrics_text.ts");

export function adminPages(subject: AdminSubject): AdminPages {
  const { observation } = subject;
  const pages: Record<string, AdminPage> = {
    "/healthz": get("200 while a worker serves", () => healthz(subject.health)),
    "/readyz": get("200 while all workers serve and the server is not being stopped", () =>
      readyz(subject.health),
    ),
    "/metrics": get("metrics for Prometheus", async () => {
      const { METRICS_TYPE, metricsText } = await loadMetricsText();
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
    "/purge": {
      method: "POST",
      about: "lets go of kept answers of scripts: ?site=NAME&tag=TAG, tag may be repeated",
      answer: (query) => purge(subject, query),
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

/** Tags of one request. */
const MOST_TAGS = 64;
/** 1 to 256 characters, no control characters. */
const TAG = /^[^\p{Cc}]{1,256}$/u;

async function purge(subject: AdminSubject, query: URLSearchParams): Promise<AdminAnswer> {
  const refused = (error: string): AdminAnswer => ({ status: 400, body: { error } });
  const site = query.get("site") ?? "";
  const tags = query.getAll("tag");
  const sites = subject.config.sites.map(({ name }) => name);
  if (!sites.includes(site)) {
    return refused(`there is no site ${JSON.stringify(site.slice(0, 256))}; site=NAME as in /sites`);
  }
  if (tags.length === 0 || tags.length > MOST_TAGS || !tags.every((tag) => TAG.test(tag))) {
    return refused(`tag=TAG: 1 to ${MOST_TAGS} tags of 1 to 256 characters, no control characters`);
  }
  const failure = await subject.purge([{ site, tags }]);
  if (failure === undefined) return { status: 200, body: { outcome: "done", site, tags } };
  return { status: 503, body: { outcome: "not confirmed", reason: failure } };
}
