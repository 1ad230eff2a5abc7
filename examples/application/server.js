// The application that some of the examples stand in front of: a small node:http server, as plain as can be.
// `npm start` runs it (../start.js). By itself: node examples/application/server.js, on PORT or 3000.
import { readFile, rename, utimes, writeFile } from "node:fs/promises";
import http from "node:http";
import { fileURLToPath } from "node:url";

/** Of the example page-cache: the sources of its pages, and where finished ones go. */
const SOURCES = new URL("../page-cache/pages/", import.meta.url);
const CACHE = new URL("../page-cache/www/cache/", import.meta.url);

export function createApplication() {
  return http.createServer(async (request, response) => {
    response.setHeader("X-Powered-By", "node:http");
    try {
      await answer(request, response);
    } catch (error) {
      console.error("application:", error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end("The application failed.\n");
    }
  });
}

async function answer(request, response) {
  const url = new URL(request.url, "http://application");
  if (url.pathname === "/index.php") return sendText(response, frontController(url.searchParams));
  if (url.pathname === "/search")
    return sendText(response, `Results for "${url.searchParams.get("q") ?? ""}": none.\n`);
  if (url.pathname === "/orders") return sendJson(response, await echo(request));
  if (url.pathname === "/catalogue")
    return sendPage(response, pageText("Catalogue", "<p>Stones and sand</p>\n"));
  if (url.pathname === "/internal/status") return sendText(response, "This is nobody's business.\n");
  const page = await renderPage(url.pathname);
  if (page !== undefined) return sendPage(response, page);
  response.statusCode = 404;
  sendText(response, `The application has no ${url.pathname}\n`);
}

/** For front-controller: what a PHP application would find in $_GET. */
function frontController(query) {
  return Array.from(query, ([name, value]) => `${name} = ${value}\n`).join("");
}

/** For sidecar: the request as it arrived. */
async function echo(request) {
  let bytes = 0;
  for await (const chunk of request) bytes += chunk.length;
  return { method: request.method, url: request.url, headers: request.headers, bytes };
}

/** For page-cache: makes a page from its source and leaves it in the cache. Undefined when there is no such page. */
async function renderPage(path) {
  const name = path === "/" ? "index" : /^\/([a-z0-9-]+)$/.exec(path)?.[1];
  if (name === undefined) return undefined;
  const started = new Date();
  const source = await readFile(new URL(`${name}.txt`, SOURCES), "utf8").catch(() => undefined);
  if (source === undefined) return undefined;
  const [title, ...paragraphs] = source.trim().split("\n\n").map(escapeHtml);
  const content = paragraphs.map((text) => `<p>${text}</p>\n`).join("");
  const page = pageText(title, `${content}<p>Made at ${started.toISOString()}</p>\n`);
  await writeCache(name, page, started).catch((error) => console.error("application:", error.message));
  return page;
}

/**
 * A page appears in the cache whole or not at all. Its time is the one before the source was read: had the source
 * changed since, the page would count as old.
 */
async function writeCache(name, page, started) {
  const unfinished = new URL(`${name}.${process.pid}.${started.getTime()}`, CACHE);
  await writeFile(unfinished, page);
  await utimes(unfinished, started, started);
  await rename(unfinished, new URL(`${name}.html`, CACHE));
}

function pageText(title, content) {
  return `<!doctype html>\n<meta charset="utf-8">\n<title>${title}</title>\n<h1>${title}</h1>\n${content}`;
}

function escapeHtml(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}

function sendText(response, text) {
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(text);
}

function sendPage(response, page) {
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(page);
}

function sendJson(response, value) {
  response.setHeader("Content-Type", "application/json");
  response.end(`${JSON.stringify(value, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = createApplication().listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
    console.error(`application on http://127.0.0.1:${server.address().port}`);
  });
}
