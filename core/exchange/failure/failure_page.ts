import { printable } from "../../config/fault.ts";
import { escapeHtml } from "../../http/escape_html.ts";
import { framesOf, linesAround, type SourcePlace } from "../../script/failure/script_failure.ts";
import type { FailureDetails } from "./failure_details.ts";

/** Characters of a source line that are shown; a minified script is one line of many kilobytes. */
const LINE_WIDTH = 400;

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1f2328; --pale: #656d76; --edge: #d8dee4;
  --code: #f6f8fa; --bad: #b42318; --mark: #fdecea; --number: #8c959f }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --ink: #e3e6ea; --pale: #99a1ab; --edge: #30363d;
  --code: #1b1f26; --bad: #ff8a80; --mark: #3c1f1f; --number: #6b7480 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem }
header p { margin: 0; color: var(--pale) }
h1 { margin: .25rem 0 1.5rem; color: var(--bad); font-size: 1.6rem; line-height: 1.3; overflow-wrap: anywhere }
h2 { margin: 2rem 0 .5rem; font-size: .95rem; font-weight: 600; overflow-wrap: anywhere }
h2 code { font-size: .95rem }
pre, code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; tab-size: 2 }
pre { margin: 0; font-size: .875rem; line-height: 1.6; overflow-x: auto; background: var(--code);
  border: 1px solid var(--edge); border-radius: 8px; padding: .75rem 0 }
.source span { display: block; min-width: max-content; padding: 0 1rem 0 0 }
.source i { display: inline-block; width: 4.5ch; margin-right: 1.5ch; text-align: right; font-style: normal;
  color: var(--number); user-select: none }
.source .at { background: var(--mark) }
.source .at i { color: var(--bad); font-weight: 600 }
.source .caret { background: var(--mark); color: var(--bad); font-weight: 700; line-height: 1 }
.source .caret b { display: inline; visibility: hidden; font-weight: 400 }
ol { list-style: none; margin: 0; padding: 0; font-size: .875rem; overflow-wrap: anywhere }
ol li { padding: .1rem 0; color: var(--pale) }
ol li.own { color: var(--ink) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 0; font-size: .875rem }
dt { color: var(--pale) }
dd { margin: 0; overflow-wrap: anywhere }
footer { margin-top: 2.5rem; border-top: 1px solid var(--edge); padding-top: 1rem; color: var(--pale); font-size: .85rem }
`;

/** The page that shows how scripts have failed, complete in itself. All it shows is of others' making. */
export function failurePage(details: FailureDetails): string {
  const { title, code, message, site, request } = details;
  const facts: [string, string][] = [
    ["Request", `${request.method} ${request.path}`],
    ["Request id", request.id],
    ["Site", site],
    ["Code", code],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(`${title}: ${message}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header><p>${escaped(title)}</p><h1>${escaped(message)}</h1></header>
${details.places.map((place) => placeHtml(place, message)).join("\n")}
${stackHtml(details)}
<h2>Request</h2>
<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd><code>${escaped(value)}</code></dd>`).join("")}</dl>
<footer>Shown because the configuration says <code>dev</code>. Without it clients only see the status.</footer>
</main>
</body>
</html>
`;
}

function placeHtml({ fault, source }: SourcePlace, title: string): string {
  const { file, line, column, excerpt } = fault;
  const around = (source === undefined ? undefined : linesAround(source, line)) ?? {
    first: line,
    lines: excerpt === undefined ? [] : [excerpt],
  };
  const what = fault.message === title || fault.message.endsWith(title) ? "" : `: ${fault.message}`;
  const heading = `<h2><code>${escaped(`${file}:${line}:${column}`)}</code>${escaped(what)}</h2>`;
  if (around.lines.length === 0) return heading;
  const rows = around.lines.map((text, i) => {
    const number = around.first + i;
    return number === line
      ? placeRow(number, text, column)
      : row("", number, escaped(text.slice(0, LINE_WIDTH)));
  });
  return `${heading}\n<pre class="source">${rows.join("")}</pre>`;
}

/** The line and, below it, the caret: behind the same text unseen, so that it stands right whatever the widths. */
function placeRow(number: number, text: string, column: number): string {
  const at = Math.min(Math.max(column - 1, 0), text.length);
  const start = Math.max(0, at - LINE_WIDTH / 2);
  const shown = escaped(text.slice(start, start + LINE_WIDTH));
  return `${row("at", number, shown)}<span class="caret"><i></i><b>${escaped(text.slice(start, at))}</b>^</span>`;
}

function row(kind: string, number: number, html: string): string {
  return `<span${kind === "" ? "" : ` class="${kind}"`}><i>${number}</i>${html}\n</span>`;
}

function stackHtml({ stack }: FailureDetails): string {
  const frames = framesOf(stack);
  if (frames.length === 0) return "";
  const items = frames.map((frame) => {
    const isOwn = !frame.includes("/node_modules/");
    return `<li${isOwn ? ' class="own"' : ""}><code>${escaped(frame.trim())}</code></li>`;
  });
  return `<h2>Stack</h2>\n<ol>${items.join("")}</ol>`;
}

function escaped(text: string): string {
  return escapeHtml(printable(text));
}
