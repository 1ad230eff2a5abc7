import { type BodySource, isBodySource, type ResponseBody } from "../http/body.ts";
import { BytesBody } from "../http/bytes_body.ts";
import type { HeaderList } from "../http/header_list.ts";

/** Who made a response, for the log. */
export type Answerer = "script" | "file" | "backend" | "proxy";

/** A response on its way to the client. */
export interface Reply {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: ResponseBody;
  readonly declaredLength?: number | undefined;
  readonly by: Answerer;
}

/** A body to be read or sent on, whatever form it has; undefined when there is none. */
export function sourceOf(body: ResponseBody): BodySource | undefined {
  if (body === undefined || isBodySource(body)) return body;
  return new BytesBody(Buffer.from(body as string));
}

/** Frees what a reply holds that will not be sent. */
export function discardReply(reply: { readonly body: ResponseBody }): void {
  if (isBodySource(reply.body)) (reply.body as BodySource).cancel();
}
