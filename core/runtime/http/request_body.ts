import { type Body, contentOf, contentToSend, isUnusable, takeContent } from "./body.ts";
import { type Content, HeldBody, StreamContent } from "./content.ts";
import type { ExtractedBody } from "./extract_body.ts";
import { type BodyChange, bodyChange, type SendServices } from "./request_changes.ts";

/** Bodies that go from one request to another, and on to the host. */

export const NO_BODY: ExtractedBody = Object.freeze({
  content: undefined,
  type: undefined,
  stream: undefined,
});

/** The body a client sent: the host keeps what scripts have read of it, so that it can go on all the same. */
function isOwnBody(content: Content): content is HeldBody {
  return content instanceof HeldBody && content.handle === 0;
}

/** `new Request(from)`: the body goes over, and that of `from` is used. Throws a TypeError when it is so already. */
export function givenAway(from: Body): ExtractedBody {
  const content = contentOf(from);
  if (!isOwnBody(content)) return bodyOfContent(takeContent(from, "new Request"));
  const own = new HeldBody(content.slot, 0);
  own.isShared = content.isShared;
  own.used = isUnusable(from);
  if (!own.used) takeContent(from, "new Request");
  return bodyOfContent(own);
}

/** `new Request(url, from)`: both have the body. Throws a TypeError when it can only be used once and has been. */
export function sharedBody(from: Body): ExtractedBody {
  const content = contentOf(from);
  const isOnce = content instanceof StreamContent || (content instanceof HeldBody && content.handle !== 0);
  if (isOnce && isUnusable(from)) {
    throw new TypeError("new Request: the body of the request given has been used already");
  }
  return bodyOfContent(content);
}

/** The body on its way to the host, once. The client's own is the host's to judge, which keeps what scripts read. */
export function bodyToSend(request: Body, services: SendServices): BodyChange {
  const content = contentOf(request);
  return bodyChange(isOwnBody(content) ? content : contentToSend(request, "sending a request"), services);
}

/** Whether the body cannot be sent: it has been used, and is not the client's own. */
export function isSpent(request: Body): boolean {
  return !isOwnBody(contentOf(request)) && isUnusable(request);
}

function bodyOfContent(content: Content): ExtractedBody {
  const stream = content instanceof StreamContent ? content.stream : undefined;
  return { content, type: undefined, stream };
}
