import { env, type Handler, readDir, site } from "lodestone";
import { hmac, timingSafeEqual } from "lodestone/crypto";

/** Not below the root: without a link there is no way to these files. */
const media = `${site.root}/../media`;
/** Seconds. */
const longest = 7 * 86_400;

const secret = env.LINK_SECRET;
const key = env.API_KEY;
// A script that throws while it loads never gets to answer: better no links than ones that everybody can make.
if (!secret || !key) throw new Error("LINK_SECRET or API_KEY is not set");

const handler: Handler = (request) => {
  if (request.path === "/links") return makeLink(request);
  if (request.path.startsWith("/get/")) return sendFile(request);
};
export default handler;

/** `POST /links` with `{ "file": "film.txt", "seconds": 60 }`, for whoever has the key. */
async function makeLink(request: Request): Promise<Response | number> {
  if (request.method !== "POST") return 405;
  if (!timingSafeEqual(request.headers.get("x-api-key") ?? "", key!)) return 401;
  const { file, seconds } = await wishOf(request);
  if (!(Number(seconds) > 0 && Number(seconds) <= longest)) {
    return Response.json({ error: `seconds must be a number up to ${longest}` }, { status: 422 });
  }
  const entries = (await readDir(media)) ?? [];
  const entry = entries.find(({ name, isFile }) => isFile && name === file);
  if (entry === undefined) return Response.json({ error: "there is no such file" }, { status: 404 });
  const expires = Math.ceil(Date.now() / 1000 + Number(seconds)).toString(16);
  const name = encodeURIComponent(entry.name);
  return Response.json({ link: `/get/${sign(expires, name)}/${expires}/${name}` }, { status: 201 });
}

async function wishOf(request: Request): Promise<{ file?: unknown; seconds?: unknown }> {
  const wish = await request.json().catch(() => undefined);
  return typeof wish === "object" && wish !== null ? wish : {};
}

/** `GET /get/SIGNATURE/EXPIRES/FILE`: what the link was made for, and nothing once it has expired. */
function sendFile({ path }: Request): Response | number {
  const [, signature, expires, name] = /^\/get\/([\w-]+)\/([0-9a-f]+)\/([^/]+)$/.exec(path) ?? [];
  if (name === undefined || !timingSafeEqual(signature!, sign(expires!, name))) return 403;
  if (Number.parseInt(expires!, 16) < Date.now() / 1000) return 410;
  return Response.file(`${media}/${decodeURIComponent(name)}`, {
    download: "",
    headers: { "cache-control": "private, no-store" },
  });
}

function sign(expires: string, name: string): string {
  return hmac("sha256", secret!, `${expires}/${name}`, "base64url");
}
