import type { AdminConfig } from "./config.ts";
import type { Section } from "./field.ts";
import { listenAddress } from "./listen_address.ts";

export const adminSection: Section<AdminConfig> = {
  title: "admin",
  doc:
    "A listener for operators: `/healthz`, `/readyz`, `/metrics`, `/sites`, `/workers`, `/reload` (see " +
    "[operating](operating.md)). The short form is its address: `admin: 127.0.0.1:9180`. Whoever reaches it may read and reload, so let it be an address of this machine only, or " +
    "a Unix socket.",
  fields: {
    listen: {
      doc: "Its address; without it there is no such listener.",
      type: { kind: "text", format: listenAddress },
    },
  },
};
