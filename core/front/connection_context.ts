import type { Socket } from "node:net";
import type { Client } from "../http/incoming.ts";
import type { FrontConnection } from "./front_connection.ts";
import type { FrontOptions } from "./front_options.ts";
import type { ResponseHeadText } from "./http1/response_head_text.ts";
import type { SharedReads } from "./http1/shared_reads.ts";
import type { SharedWrites } from "./http1/shared_writes.ts";

/** What the connections of one listener share. */
export interface ConnectionContext {
  readonly options: FrontOptions;
  readonly heads: ResponseHeadText;
  /** Undefined where all is encrypted: Node decrypts into memory of its own. */
  readonly reads?: SharedReads | undefined;
  /** Where messages are put together. */
  readonly writes: SharedWrites;
  /** Whether connections are to end after their current response. */
  readonly isDraining: boolean;
  /** Whether those between requests are to end as well, as they do unless the listener drains gently. */
  readonly endsIdle: boolean;
  /** Takes the socket of a connection that has begun with the preface of HTTP/2; undefined where that is not spoken. */
  readonly speakHttp2?: ((connection: FrontConnection, socket: Socket, client: Client) => void) | undefined;
}
