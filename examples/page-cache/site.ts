import { type Handler, site, stat } from "lodestone";

const sources = `${site.root}/../pages`;
const cache = `${site.root}/cache`;

const handler: Handler = (request) => {
  if (request.method !== "GET" && request.method !== "HEAD") return;
  if (request.query !== "") return;

  const name = request.path === "/" ? "/index" : request.path;
  const source = stat(`${sources}${name}.txt`);
  const cached = stat(`${cache}${name}.html`);
  if (source && cached && cached.mtime > source.mtime) {
    return Response.file(cached.path, { headers: { "x-cache": "hit" } });
  }
  // Otherwise the application answers, and writes the cache file for the next request.
};

export default handler;
