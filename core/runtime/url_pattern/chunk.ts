import { URLPattern } from "urlpattern-polyfill/urlpattern";

/** URLPattern (URL Pattern standard). */
export function create() {
  return { globals: { URLPattern } };
}
