import { URLPattern } from "./url_pattern.ts";

/** URLPattern (URL Pattern standard). */
export function create() {
  return { globals: { URLPattern } };
}
