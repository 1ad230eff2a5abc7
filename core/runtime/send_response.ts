import { contentOf, FileContent, HeldBody, jsonOf } from "./body.ts";
import type { Outbox } from "./outbox.ts";
import type { Response, ResponseClass } from "./response.ts";

/**
 * UTF-16 units of a text answer; more is a mistake or an attack, as the host would have to hold it whole.
 */
const LONGEST_TEXT = 16 * 1024 * 1024;

/** Writes the command that answers an exchange with a response. Throws when the response cannot be sent. */
export function sendResponse(
  slot: number,
  response: Response,
  parts: {
    readonly outbox: Outbox;
    readonly responses: ResponseClass;
    readonly putBytes: (bytes: Uint8Array<ArrayBuffer>) => number;
  },
): void {
  const { outbox, responses, putBytes } = parts;
  const status = responses.statusOf(response);
  if (status === 0) throw new TypeError("the handler returned Response.error()");
  const fields = responses.fieldsOf(response);
  const content = contentOf(response);
  if (typeof content === "string") {
    if (content.length > LONGEST_TEXT) {
      throw new RangeError(
        `the response text has ${content.length} characters; at most ${LONGEST_TEXT} are allowed`,
      );
    }
    outbox.respondText(slot, status, fields, content);
  } else if (content === undefined) {
    outbox.respondEmpty(slot, status, fields);
  } else if (content instanceof HeldBody) {
    if (content.used) throw new TypeError("the response's body has been read already");
    content.used = true;
    outbox.respondHeld(slot, status, content.handle, fields);
  } else if (content instanceof FileContent) {
    outbox.respondFiles(slot, status, fields, jsonOf(content, putBytes));
  } else {
    outbox.respondBytes(slot, status, putBytes(content), fields);
  }
}
