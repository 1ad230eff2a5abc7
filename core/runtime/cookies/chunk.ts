import { RequestCookies } from "./request_cookies.ts";
import { ResponseCookies } from "./response_cookies.ts";

/** `request.cookies` and `response.cookies`. */
export function create() {
  return { globals: {}, RequestCookies, ResponseCookies };
}
