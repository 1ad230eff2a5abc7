import type { Backend } from "../backend/backend.ts";
import type { SiteConfig } from "../config/config.ts";
import { HttpError } from "../http/http_error.ts";

/**
 * The backend that a script of the site names. Throws `HttpError` 500 when there is none of that name, or when the
 * site's scripts may not name it: they may name the site's own and those of `allow.backends`, without that key all.
 *
 * @param action what is attempted, for the message
 */
export function namedBackend(
  backends: ReadonlyMap<string, Backend>,
  { name: site, backend: own, allow }: SiteConfig,
  name: string,
  action = "escalating to backend",
): Backend {
  const shown = JSON.stringify(name.slice(0, 200));
  if (allow.backends !== undefined && name !== own && !allow.backends.includes(name)) {
    const known = [...(own === undefined ? [] : [own]), ...allow.backends].join(", ") || "none";
    throw new HttpError(
      500,
      "backend_not_allowed",
      `${action} ${shown}: it is not in allow.backends of site "${site}"; allowed: ${known}`,
    );
  }
  const backend = backends.get(name);
  if (backend !== undefined) return backend;
  const known = [...backends.keys()].join(", ") || "none";
  throw new HttpError(
    500,
    "backend_unknown",
    `${action} ${shown}: there is none of that name; known: ${known}`,
  );
}
