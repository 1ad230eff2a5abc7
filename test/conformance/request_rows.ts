import type { RequestRow } from "./request_row.ts";
import { chunks } from "./requests/chunks.ts";
import { connections } from "./requests/connections.ts";
import { fields } from "./requests/fields.ts";
import { framing } from "./requests/framing.ts";
import { hosts } from "./requests/host.ts";
import { pipelines } from "./requests/pipelines.ts";
import { requestLine } from "./requests/request_line.ts";
import { targets } from "./requests/target.ts";

/** All requests of the table, by topic. */
export const requestRows: Readonly<Record<string, readonly RequestRow[]>> = {
  "Request line": requestLine,
  "Target and path": targets,
  Fields: fields,
  "Host and authority": hosts,
  Framing: framing,
  "Chunked bodies and trailers": chunks,
  "Connections, versions, Expect, Upgrade": connections,
  "Pipelines and smuggling": pipelines,
};
