import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type Origin, startOrigin } from "../support/origin.ts";
import { png } from "../support/png.ts";

/** A guestbook as people write them: pages, a style sheet, an image, a form that redirects, a cookie. */
export async function startApplication(): Promise<Origin> {
  const entries: { name: string; message: string }[] = [];
  return startOrigin({
    "/guestbook": (request, response) => {
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.setHeader("Cache-Control", "no-cache");
      response.end(page(entries, visitor(request)));
    },
    "/style.css": (_, response) => {
      response.setHeader("Content-Type", "text/css");
      response.end(
        "h1 { color: rgb(200, 40, 40); } li { border-left: 6px solid rgb(40, 90, 200); margin: 8px }",
      );
    },
    "/stamp.png": (_, response) => {
      response.setHeader("Content-Type", "image/png");
      response.end(png(80, 40, [40, 160, 90]));
    },
    "/sign": (request, response) => void sign(request, response, entries),
  });
}

async function sign(
  request: IncomingMessage,
  response: ServerResponse,
  entries: { name: string; message: string }[],
): Promise<void> {
  if (request.method !== "POST") {
    response.writeHead(405, { Allow: "POST" }).end();
    return;
  }
  const form = new URLSearchParams(await text(request));
  const name = form.get("name") ?? "";
  entries.push({ name, message: form.get("message") ?? "" });
  response.writeHead(303, {
    Location: "/book",
    "Set-Cookie": [`visitor=${encodeURIComponent(name)}; Path=/; HttpOnly`, "theme=plain; Path=/"],
  });
  response.end();
}

function visitor(request: IncomingMessage): string {
  const value = /(?:^|; )visitor=([^;]*)/.exec(request.headers.cookie ?? "")?.[1];
  return value === undefined ? "stranger" : decodeURIComponent(value);
}

function page(entries: { name: string; message: string }[], visitor: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Guestbook</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
<h1>Guestbook</h1>
<p><img id="logo" src="/images/logo.png" alt="Logo"> <img id="stamp" src="/stamp.png" alt="Stamp"></p>
<p id="greeting">Welcome, ${escapeHtml(visitor)}!</p>
<ul>${entries.map((entry) => `<li><b>${escapeHtml(entry.name)}</b>: ${escapeHtml(entry.message)}</li>`).join("")}</ul>
<form method="post" action="/sign">
  <p><label>Name <input name="name" required></label></p>
  <p><label>Message <textarea name="message"></textarea></label></p>
  <button>Sign</button>
</form>
</html>`;
}

function escapeHtml(value: string): string {
  return value.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
