import type { BodySource, ResponseBody } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";

/** Who made a response, for the log. */
export type Answerer = "script" | "file" | "backend" | "proxy" | "cache";

/** A response on its way to the client. */
export interface Reply {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: ResponseBody;
  readonly declaredLength?: number | undefined;
  readonly by: Answerer;
  /** With 101 alone: hands over what the client sends from then on, once. */
  readonly upstream?: ((client: BodySource) => void) | undefined;
}

/** Field lines for a script, which sees the length although framing is the lanes' business. */
export function fieldsWithLength(headers: HeaderList, length: number | undefined): string {
  const fields = headers.toText();
  return length === undefined ? fields : `${fields}Content-Length: ${length}\r\n`;
}
