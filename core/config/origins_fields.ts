import { backendSection } from "./backend_fields.ts";
import type { OriginsConfig } from "./config.ts";
import type { Section } from "./field.ts";

const { connectTimeout, responseTimeout, idleTimeout, keepAlive, connections, queue } = backendSection.fields;

export const originsSection: Section<OriginsConfig> = {
  title: "origins",
  doc: "Connections to the origins that scripts fetch (`allow.origins`). Each site has its own.",
  fields: {
    perSite: {
      doc:
        "Origins a site may have connections to, per worker. The one used longest ago makes room; when all of them " +
        "are busy, a fetch of another one fails with 503.",
      type: { kind: "integer", minimum: 1, maximum: 10_000 },
      default: 100,
    },
    connectTimeout,
    responseTimeout: { ...responseTimeout, default: "30s" },
    idleTimeout,
    idleConnections: {
      doc: "Idle connections kept for reuse, per origin; 0 keeps none.",
      type: { kind: "integer", minimum: 0, maximum: 100_000 },
      default: 8,
    },
    keepAlive,
    connections: { ...connections, doc: connections.doc.replace("per worker", "per origin"), default: 64 },
    queue: { ...queue, doc: queue.doc.replace("per worker", "per origin"), default: 256 },
  },
};
