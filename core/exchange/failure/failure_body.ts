import { formatFault, printable } from "../../config/fault.ts";
import { HeaderList } from "../../http/header_list.ts";
import type { StandardPage } from "../../http/standard_page.ts";
import { framesOf, linesAround, type SourcePlace } from "../../script/failure/script_failure.ts";
import type { FailureDetails } from "./failure_details.ts";
import { failurePage } from "./failure_page.ts";

type Form = "html" | "json" | "text";

const CONTENT_TYPES: Readonly<Record<Form, string>> = {
  html: "text/html; charset=utf-8",
  json: "application/json",
  text: "text/plain; charset=utf-8",
};

/** How scripts have failed, in the form the client wants: a page, JSON, or text for a terminal. */
export function failureBody(details: FailureDetails): StandardPage {
  const form = acceptedForm(details.accept);
  const headers = HeaderList.from([
    ["Content-Type", CONTENT_TYPES[form]],
    ["Cache-Control", "no-store"],
    ["X-Content-Type-Options", "nosniff"],
    ["Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"],
  ]);
  if (form === "html") return { headers, body: failurePage(details) };
  return { headers, body: form === "json" ? failureJson(details) : failureText(details) };
}

/** The first of them that the client names; a client that takes anything is a program, and gets text. */
function acceptedForm(accept: string): Form {
  for (const range of accept.toLowerCase().split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) continue;
    if (type === "text/html" || type === "application/xhtml+xml") return "html";
    if (type === "application/json") return "json";
    if (type === "text/plain") return "text";
  }
  return "text";
}

function failureJson(details: FailureDetails): string {
  const { title, code, message, site, request, places, stack } = details;
  const told = {
    error: { title, code, message, site, request: request.id, places: places.map(placeJson), stack },
  };
  return `${JSON.stringify(told, null, 2)}\n`;
}

function placeJson({ fault }: SourcePlace): object {
  const { file, line, column, message, excerpt } = fault;
  return { file, line, column, message, excerpt };
}

function failureText({ title, message, site, request, places, stack }: FailureDetails): string {
  const parts = [`${title}\n`, `${printable(message)}\n`];
  for (const place of places) parts.push(placeText(place));
  const frames = framesOf(stack);
  if (frames.length > 0) parts.push(frames.map((line) => `${printable(line)}\n`).join(""));
  parts.push(`${request.method} ${printable(request.path)}, request ${request.id}, site ${site}\n`);
  return parts.join("\n");
}

/** The place and its excerpt as in the log, with the lines before it. */
function placeText({ fault, source }: SourcePlace): string {
  const around = source === undefined ? undefined : linesAround(source, fault.line);
  const before = around?.lines.slice(0, fault.line - around.first) ?? [];
  const [title, ...excerpt] = formatFault(fault).split("\n");
  const shown = before.map((line) => `  ${printable(line.slice(0, LINE_WIDTH)).trimEnd()}`.trimEnd());
  return [title, ...shown, ...excerpt].map((line) => `${line}\n`).join("");
}

const LINE_WIDTH = 160;
