import type { Handler } from "lodestone";

/** Where pages have gone. A few thousand lines cost no more than these. */
const moved = new Map([
  ["/manual.html", "/guide/"],
  ["/manual/start.html", "/guide/start.html"],
  ["/support", "https://forum.example.org/"],
]);

/** What is gone for good: 410 tells search engines not to come back for it. */
const removed = new Set(["/guestbook", "/counter.cgi"]);

/** `/2019/05/some-title` became `/blog/some-title`. */
const dated = /^\/\d{4}\/\d{2}\/(?<title>[^/]+)$/;

const handler: Handler = (request) => {
  const url = new URL(request.url);

  if (url.hostname.startsWith("www.")) {
    url.hostname = url.hostname.slice("www.".length);
    return Response.redirect(url, 308);
  }

  const target = moved.get(request.path);
  if (target !== undefined) return Response.redirect(target, 301);

  if (removed.has(request.path)) return 410;

  const title = dated.exec(request.path)?.groups?.title;
  if (title !== undefined) return Response.redirect(`/blog/${title}${url.search}`, 301);
};

export default handler;
