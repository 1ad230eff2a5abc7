import { type BodySource, isBodySource, type ResponseBody } from "../http/body.ts";
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

/** Frees what a reply holds that will not be sent. */
export function discardReply(reply: { readonly body: ResponseBody }): void {
  if (isBodySource(reply.body)) (reply.body as BodySource).cancel();
}
