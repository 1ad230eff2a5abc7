import type { Workload } from "../bench_server.ts";
import { programsIn } from "../programs_in.ts";

/** The least a script can do. */
export const answer: Workload = {
  name: "answer",
  title: "a script answers 123",
  requests: [{ path: "/", body: "123" }],
  programs: {
    ...programsIn("answer"),
    net: { script: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n123" },
  },
};
