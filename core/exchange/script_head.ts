import { INVALID } from "../http/field_marks.ts";
import { HeaderList } from "../http/header_list.ts";
import { removeHopByHop } from "../http/hop_by_hop.ts";
import { HttpError } from "../http/http_error.ts";
import type { ScriptHead } from "../script/script_task.ts";

const PLAIN_TEXT = "content-type: text/plain;charset=UTF-8\r\n";

/** A head as a script gave it, checked: nothing in it can break the framing of the response. */
export interface CheckedHead {
  readonly status: number;
  readonly headers: HeaderList;
}

/** Throws `HttpError` 500 for a status outside 200 to 599 or fields that are no fields. */
export function checkScriptHead(head: ScriptHead): CheckedHead {
  const { status, fields } = head;
  if (!(status >= 200 && status <= 599)) {
    throw new HttpError(
      500,
      "script_bad_status",
      `sending a script's answer: status from 200 to 599, got ${status}`,
    );
  }
  if (fields === PLAIN_TEXT || fields === "") return { status, headers: HeaderList.fromText(fields, 0) };
  const headers = HeaderList.fromText(fields);
  if (headers.marks === INVALID) {
    const shown = JSON.stringify(fields.slice(0, 200));
    throw new HttpError(
      500,
      "script_bad_headers",
      `sending a script's answer: not valid header fields: ${shown}`,
    );
  }
  removeHopByHop(headers);
  return { status, headers };
}
