import { createHmac } from "node:crypto";
import type { BenchRequest, Workload } from "../bench_server.ts";
import { programsIn } from "../programs_in.ts";
import { text } from "../text.ts";

/** The programs have it as a literal. */
const secret = "stone upon stone";

const names = ["granite", "basalt", "marble", "slate"];
const far = "4102444800";

function link(name: string, expires: string): string {
  const path = `/downloads/${name}.txt`;
  const signature = createHmac("sha1", secret).update(`${path}\n${expires}`).digest("hex");
  return `${path}?expires=${expires}&signature=${signature}`;
}

const download = (name: string): BenchRequest => ({ path: link(name, far), body: text(1024, name) });

/**
 * A link with an HMAC (SHA-1, which all of these have) and an end; then the server sends the file in its own way. One request of
 * eight is forged, one comes too late. Those sit it out that have no HMAC: plain nginx, Apache (its Lua knows only plain hashes
 * of text without NUL) and Varnish.
 */
export const signed: Workload = {
  name: "signed",
  title: "a signed, expiring link, then a file of 1 KB",
  files: Object.fromEntries(names.map((name) => [`downloads/${name}.txt`, text(1024, name)])),
  requests: [
    ...names.map(download),
    { path: link("granite", "1000000000"), status: 410, body: "expired\n" },
    download("slate"),
    { path: link("basalt", far).replace("basalt", "marble"), status: 403, body: "forbidden\n" },
    download("granite"),
  ],
  programs: programsIn("signed"),
};
