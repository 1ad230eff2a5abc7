// biome-ignore lint/style/useNodejsImportProtocol: njs knows it by this name.
import crypto from "crypto";

function check(r) {
  const expires = r.args.expires || "";
  const expected = crypto.createHmac("sha1", "stone upon stone").update(`${r.uri}\n${expires}`).digest("hex");
  if (r.args.signature !== expected) return "forbidden";
  if (Number(expires) < Date.now() / 1000) return "expired";
  return "fine";
}

export default { check };
