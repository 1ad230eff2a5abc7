import type { FrontOptions } from "./front_options.ts";
import type { ResponseHeadText } from "./response_head_text.ts";

/** What the connections of one listener share. */
export interface ConnectionContext {
  readonly options: FrontOptions;
  readonly heads: ResponseHeadText;
  /** Whether connections are to end after their current response. */
  readonly isDraining: boolean;
}
