/** Where an exchange stands. */
export type Step = "received" | "waiting" | "scripted" | "escalating" | "offered" | "sending" | "finished";

/**
 * The life of an exchange: from each step, those it may go on to. Everything else is a mistake in the proxy and
 * fails loudly.
 *
 *     received ──> scripted ──> escalating ──> offered ──> sending ──> finished
 *         │           │  └──────────────────────^  ^          ^            ^
 *         │           └───────────────────────────────────────┤            │
 *         ├── kept, or waiting ────────────────────────────────┤            │
 *         └── no scripts ──> escalating ── no onResponse ─────┘            │
 *                         the client may leave at any step ────────────────┘
 *
 * - received: a lane has parsed the head. The site is found by Host.
 *   An answer that is kept is sent at once (`response_cache/`).
 * - waiting: another request computes the answer for this one, too. If it does not come, the scripts get the request.
 * - scripted: the site's scripts have the request. Waits for their decision; fetches and body reads happen here.
 * - escalating: the scripts leave it to the proxy: the backend they named, else the file, else the site's
 *   backend, else a standard page. Waits for the backend's head, or for a file to be read or compressed, one that a
 *   script answers with, too.
 * - offered: a script exports onResponse; it has the head. Waits for it to come back.
 * - sending: the lane has the response.
 * - finished: sent and logged, or the client has left.
 */
export const LIFE: Readonly<Record<Step, readonly Step[]>> = {
  received: ["waiting", "scripted", "escalating", "sending", "finished"],
  waiting: ["scripted", "sending", "finished"],
  scripted: ["escalating", "offered", "sending", "finished"],
  escalating: ["offered", "sending", "finished"],
  offered: ["sending", "finished"],
  sending: ["finished"],
  finished: [],
};
