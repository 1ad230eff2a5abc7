const algorithm = { name: "HMAC", hash: "SHA-1" };
const secret = new TextEncoder().encode("stone upon stone");
const encoder = new TextEncoder();
const hexadecimal = /^(?:[0-9a-f]{2})+$/;
let key;

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const expires = searchParams.get("expires") ?? "";
    const signature = searchParams.get("signature") ?? "";
    key ??= await crypto.subtle.importKey("raw", secret, algorithm, false, ["verify"]);
    const signed = encoder.encode(`${pathname}\n${expires}`);
    if (
      !hexadecimal.test(signature) ||
      !(await crypto.subtle.verify(algorithm, key, Uint8Array.fromHex(signature), signed))
    ) {
      return new Response("forbidden\n", { status: 403 });
    }
    if (Number(expires) < Date.now() / 1000) return new Response("expired\n", { status: 410 });
    return env.files.fetch(`http://files${pathname}`);
  },
};
