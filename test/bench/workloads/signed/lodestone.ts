import { env, type Handler, site } from "lodestone";
import { hmac, timingSafeEqual } from "lodestone/crypto";

const secret = env.SECRET;
if (!secret) throw new Error("SECRET is not set");

const sign = (path: string, expires: string): string => hmac("sha1", secret, `${path}\n${expires}`);

const handler: Handler = (request) => {
  const query = new URLSearchParams(request.query);
  const expires = query.get("expires") ?? "";
  if (!timingSafeEqual(query.get("signature") ?? "", sign(request.path, expires))) {
    return new Response("forbidden\n", { status: 403 });
  }
  if (Number(expires) < Date.now() / 1000) return new Response("expired\n", { status: 410 });
  return Response.file(site.root + request.path);
};

export default handler;
