import type { ResponseRow } from "./response_row.ts";
import { responseChunks } from "./responses/chunks.ts";
import { responseExchanges } from "./responses/exchanges.ts";
import { responseFields } from "./responses/fields.ts";
import { responseFraming } from "./responses/framing.ts";
import { statusLine } from "./responses/status_line.ts";

/** All responses of the table, by topic. */
export const responseRows: Readonly<Record<string, readonly ResponseRow[]>> = {
  "Status line": statusLine,
  "Fields of responses": responseFields,
  "Framing of responses": responseFraming,
  "Chunked responses": responseChunks,
  "Interim responses, early ends, silence": responseExchanges,
};
