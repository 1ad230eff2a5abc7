import type { HstsOptions } from "lodestone/hsts";

/** Seconds. What the list of browsers asks for at least (https://hstspreload.org). */
const YEAR = 31_536_000;

/** See `types.d.ts`. */
export const hsts: typeof import("lodestone/hsts").hsts = (options = {}) => {
  const value = fieldValue(options);
  return (response, request) => {
    // RFC 6797 section 7.2: never without TLS, where anybody on the way could have written it.
    if (request.client.tls) response.headers.set("strict-transport-security", value);
  };
};

function fieldValue(options: HstsOptions): string {
  if (typeof options !== "object" || options === null) throw wrong("options", "an object", options);
  for (const name of Object.keys(options)) {
    if (name === "maxAge" || name === "includeSubDomains" || name === "preload") continue;
    throw new TypeError(
      `hsts: there is no option "${name}"; there are maxAge, includeSubDomains and preload`,
    );
  }
  const { maxAge = YEAR, includeSubDomains = false, preload = false } = options;
  if (!Number.isSafeInteger(maxAge) || maxAge < 0) throw wrong("maxAge", "whole seconds, 0 or more", maxAge);
  if (typeof includeSubDomains !== "boolean") {
    throw wrong("includeSubDomains", "true or false", includeSubDomains);
  }
  if (typeof preload !== "boolean") throw wrong("preload", "true or false", preload);
  if (preload && !includeSubDomains) throw new TypeError("hsts: preload needs includeSubDomains: true");
  if (preload && maxAge < YEAR) throw wrong("maxAge with preload", `${YEAR} (a year) or more`, maxAge);
  return `max-age=${maxAge}${includeSubDomains ? "; includeSubDomains" : ""}${preload ? "; preload" : ""}`;
}

function wrong(name: string, rule: string, value: unknown): TypeError {
  return new TypeError(`hsts: ${name} must be ${rule}, got ${String(value)}`);
}
