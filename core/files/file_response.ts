import type { ResponseBody } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";

/** What an answer depends on besides the representation. */
export interface FileRequest {
  readonly method: string;
  readonly headers: HeaderList;
}

/**
 * An answer that a lane can send as it is. A body still to come may hold an open file: it must be started or
 * cancelled. Bytes may be shared with other answers: nobody may write to them.
 */
export interface FileResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: ResponseBody;
  /** Content-Length to declare on an answer to HEAD. */
  readonly declaredLength?: number;
}
