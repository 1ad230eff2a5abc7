import { env, type Handler, type ResponseHook } from "lodestone";
import { timingSafeEqual } from "lodestone/crypto";

const prefix = "/v1";
/** Bytes of a request's body. */
const largestBody = 64 * 1024;
/** Only for those who are in the same pod as the application. */
const internal = /^\/(?:internal|metrics)(?:\/|$)/;

const key = env.API_KEY;
// A script that throws while it loads never gets to answer: better no service than one without a key.
if (!key) throw new Error("API_KEY is not set");

const handler: Handler = (request) => {
  if (request.path === "/healthz") return new Response("ok\n");

  // The application might read these as another path than the rules below do.
  if (request.path.includes("%2F")) return problem(400, "the path is ambiguous");

  if (!request.path.startsWith(`${prefix}/`)) return problem(404, "not found");
  const path = request.path.slice(prefix.length);
  if (internal.test(path)) return problem(404, "not found");

  if (!timingSafeEqual(request.headers.get("x-api-key") ?? "", key)) {
    return problem(401, "a valid X-Api-Key is needed", { "www-authenticate": "ApiKey" });
  }

  if (request.body !== null) {
    const length = request.headers.get("content-length");
    if (length === null) return problem(411, "a body needs a Content-Length");
    if (Number(length) > largestBody) return problem(413, `a body has at most ${largestBody} bytes`);
  }

  request.path = path;
  request.headers.delete("x-api-key");
  request.headers.set("x-client-address", request.client.address);
};

export default handler;

export const onResponse: ResponseHook = ({ headers }) => {
  headers.set("x-content-type-options", "nosniff");
  headers.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  headers.set("referrer-policy", "no-referrer");
  headers.delete("x-powered-by");
};

function problem(status: number, error: string, headers: HeadersInit = {}): Response {
  return Response.json({ error }, { status, headers });
}
