import { type Handler, site, stat } from "lodestone";
import notFound from "./404.html";

/** What the application answers. All other paths are files, or nothing at all. */
const applicationPath = /^\/(?:search|basket)(?:\/|$)/;

const handler: Handler = (request) => {
  // An asset, /style.css say: nothing to decide, the proxy sends it.
  if (stat(request.file)?.isFile) return;

  // A page: /about is about.html, / is index.html.
  const page = request.file.endsWith("/") ? `${request.file}index.html` : `${request.file}.html`;
  if (stat(page)?.isFile) return Response.file(page);

  // A page that the application has left in the cache.
  const cached = page.replace(site.root, `${site.root}/cache`);
  if (stat(cached)?.isFile) return Response.file(cached);

  // Work for the application.
  if (applicationPath.test(request.path)) {
    request.backend = "application";
    return;
  }

  return new Response(notFound, { status: 404, headers: { "content-type": "text/html; charset=utf-8" } });
};

export default handler;
