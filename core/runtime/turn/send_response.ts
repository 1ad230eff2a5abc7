import { contentToSend } from "../http/body.ts";
import { FileContent, filesText, HeldBody, StreamContent } from "../http/content.ts";
import type { SendServices } from "../http/request_changes.ts";
import type { Response, ResponseClass } from "../http/response.ts";
import type { SiteExchange } from "./site_exchange.ts";

/**
 * UTF-16 units of a text answer; more is a mistake or an attack, as the host would have to hold it whole.
 */
const LONGEST_TEXT = 16 * 1024 * 1024;

/**
 * Writes the command that answers an exchange with a response. Throws when the response cannot be sent. `stopped` is
 * called when the body is a stream and the client does not take it to its end.
 */
export function sendResponse(
  exchange: SiteExchange,
  response: Response,
  parts: SendServices & { readonly responses: ResponseClass },
  stopped: (exchange: SiteExchange) => void,
): void {
  const { slot } = exchange;
  const { outbox, responses, putBytes, chunks } = parts;
  const status = responses.statusOf(response);
  if (status === 0) throw new TypeError("Response.error() cannot be sent");
  const fields = responses.fieldsOf(response);
  const content = contentToSend(response, "sending the response");
  const cache = responses.cacheOf(response);
  if (cache !== undefined) outbox.keepAnswer(slot, cache);
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
    if (content.slot !== slot && content.slot !== 0) {
      throw new TypeError("sending the response: its body belongs to another request");
    }
    outbox.respondHeld(slot, status, content.handle, fields);
  } else if (content instanceof FileContent) {
    outbox.respondFiles(slot, status, fields, filesText(content, putBytes));
  } else if (content instanceof StreamContent) {
    const { writers } = chunks.get("streams");
    const stream = writers.openAnswer(content.stream, slot, () => stopped(exchange));
    outbox.respondStream(slot, status, stream, fields);
  } else {
    outbox.respondBytes(slot, status, putBytes(content), fields);
  }
}
