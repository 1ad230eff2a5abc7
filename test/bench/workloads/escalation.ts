import type { BenchRequest, Workload } from "../bench_server.ts";
import { programsIn } from "../programs_in.ts";
import { text } from "../text.ts";

/** The backend answers what has not been rewritten as it should be with an error. */
const strict = `
    if ($http_x_debug) { return 418 "X-Debug"; }
    if ($http_x_base != "/shop") { return 418 "X-Base"; }
    location /a/ { if ($http_x_variant != "a") { return 418 "X-Variant"; } }
    location /b/ { if ($http_x_variant != "b") { return 418 "X-Variant"; } }
`;

const programs = programsIn("escalation", {
  bare: { "http.conf": "map $cookie_variant $variant { default a; b b; }\n" },
});

/**
 * A cookie chooses between two versions, the path and some header fields are rewritten, and the request goes on to the backend.
 * lighttpd opens a connection for each request: its mod_proxy keeps none.
 */
function escalation(name: string, title: string, bytes: number): Workload {
  const bodies = { a: text(bytes, "granite"), b: text(bytes, "basalt") };
  const of = (variant: "a" | "b", fields: Record<string, string>): BenchRequest => ({
    path: "/shop/list.html",
    headers: {
      accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
      "x-debug": "1",
      ...fields,
    },
    body: bodies[variant],
  });
  return {
    name,
    title: `cookie A/B and rewritten fields, then ${title} from the backend`,
    backend: { files: { "a/list.html": bodies.a, "b/list.html": bodies.b }, config: strict },
    requests: [
      of("a", { cookie: "session=5f18c2a97e; variant=a" }),
      of("b", { cookie: "theme=dark; variant=b; session=9b74c9897b" }),
      of("a", {}),
      of("b", { cookie: "variant=b" }),
    ],
    programs,
  };
}

export const escalation1k = escalation("escalation_1k", "1 KB", 1024);
export const escalation100k = escalation("escalation_100k", "100 KB", 102_400);
