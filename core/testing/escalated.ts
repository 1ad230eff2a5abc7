import type { Escalation } from "../exchange/escalation.ts";
import type { HeaderList } from "../http/header_list.ts";

/** Where a request went that the scripts left to the proxy, and as what. */
export interface Escalated {
  /** `none`: there is neither a file nor a backend for it, so the answer is 404. */
  readonly to: "backend" | "file" | "none";
  /** Name of the backend it went to. */
  readonly backend: string | undefined;
  /** Absolute path of the file that was sent. */
  readonly file: string | undefined;
  readonly method: string;
  readonly path: string;
  /** Without its "?"; "" when there is none. */
  readonly query: string;
  /** Not to be changed. Without what the proxy adds for a backend. */
  readonly headers: HeaderList;
  readonly env: Readonly<Record<string, string>>;
  /** Instead of the request's own; null for none. */
  readonly body: Escalation["body"];
}

export function escalatedAs(
  plan: Escalation,
  env: unknown,
  to: Escalated["to"],
  backend: string | undefined,
): Escalated {
  const { method, path, query = "", headers, body } = plan;
  return {
    to,
    backend,
    file: to === "file" ? sentFile(plan) : undefined,
    method,
    path,
    query,
    headers,
    env: texts(env),
    body,
  };
}

/** A folder stands for its index. */
function sentFile({ file }: Escalation): string | undefined {
  return file?.endsWith("/") ? `${file}index.html` : file;
}

/** A script's value: a record of texts, if it is anything. */
function texts(env: unknown): Record<string, string> {
  if (typeof env !== "object" || env === null) return {};
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
}
