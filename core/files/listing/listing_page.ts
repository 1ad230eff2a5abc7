import { createHash } from "node:crypto";
import { escapeHtml } from "../../http/escape_html.ts";
import { entryReference, type ListedEntry, type Listing } from "./listing.ts";

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1f2328; --pale: #59636e; --edge: #d8dee4; --row: #f3f6f9;
  --link: #0b57a4; --folder: #b7791f }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --ink: #e3e6ea; --pale: #9aa4af; --edge: #2d333b;
  --row: #1b2027; --link: #7ab7ff; --folder: #e3b341 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem }
h1 { margin: 0 0 1rem; font-size: 1.35rem; font-weight: 600; overflow-wrap: anywhere }
h1 span { color: var(--pale); font-weight: 400 }
a { color: var(--link); text-decoration: none }
a:hover { text-decoration: underline }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
th { text-align: left; font-size: .8rem; font-weight: 600; color: var(--pale) }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--edge); vertical-align: top }
tbody tr:hover { background: var(--row) }
th:nth-child(2), td:nth-child(2) { text-align: right }
td:nth-child(1) { overflow-wrap: anywhere; white-space: pre-wrap; min-width: 12rem; padding-left: 2.15em;
  text-indent: -1.55em }
td:nth-child(2), td:nth-child(3) { white-space: nowrap; color: var(--pale); width: 1% }
svg { width: 1em; height: 1em; margin-right: .55em; vertical-align: -.125em; fill: none; stroke: var(--pale);
  stroke-width: 1.4; stroke-linejoin: round }
.folder svg { fill: var(--folder); stroke: none }
.note { color: var(--pale); font-size: .9rem }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (max-width: 34rem) { th:nth-child(3), td:nth-child(3) { display: none } }
`;

const ICONS = `<svg class="hidden" aria-hidden="true"><symbol id="folder" viewBox="0 0 16 16"><path d="M1 3.5A1.5 1.5 0 0 1 2.5 2h3.2l1.6 1.7h6.2A1.5 1.5 0 0 1 15 5.2v7.3a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 1 12.5z"/></symbol><symbol id="file" viewBox="0 0 16 16"><path d="M3.5 1.7h5.7l3.3 3.3v9.3h-9zM9 1.9v3.3h3.3"/></symbol></svg>`;

/** Nothing but the page's own style: no name in it can make a browser load or run anything. */
export const LISTING_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`;

/**
 * The page that lists a folder, complete in itself.
 *
 * @param path of the request, in canonical form, with a slash at its end
 */
export function listingPage(path: string, { entries, isCut }: Listing): string {
  const shown = escaped(decoded(path));
  const rows = entries.map(entryRow);
  if (path !== "/") rows.unshift(PARENT_ROW);
  const note = isCut
    ? `<p class="note">Only ${entries.length} entries are shown; there are more.</p>\n`
    : entries.length === 0
      ? '<p class="note">This folder is empty.</p>\n'
      : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Index of ${shown}</title>
<style>${STYLE}</style>
</head>
<body>
${ICONS}
<main>
<h1><span>Index of</span> ${trail(path)}</h1>
<table>
<caption class="hidden">Files and folders in <bdi>${shown}</bdi></caption>
<thead><tr><th scope="col">Name</th><th scope="col">Size</th><th scope="col">Modified (UTC)</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
${note}</main>
</body>
</html>
`;
}

const PARENT_ROW =
  '<tr class="folder"><td><svg aria-hidden="true"><use href="#folder"/></svg><a href="../">Parent folder</a></td><td></td><td></td></tr>';

function entryRow(entry: ListedEntry): string {
  const { name, isFolder, size, mtime } = entry;
  const kind = isFolder ? "folder" : "file";
  const date = new Date(mtime).toISOString();
  const told = isFolder ? '<span class="hidden">folder</span>' : readableSize(size);
  return (
    `<tr class="${kind}"><td><svg aria-hidden="true"><use href="#${kind}"/></svg>` +
    `<a href="${escaped(entryReference(entry))}"><bdi>${escaped(name)}</bdi>${isFolder ? "/" : ""}</a></td>` +
    `<td>${told}</td>` +
    `<td><time datetime="${date}">${date.slice(0, 10)} ${date.slice(11, 16)}</time></td></tr>`
  );
}

/** The folders above, each a link, and the folder itself. */
function trail(path: string): string {
  const segments = path.split("/").slice(1, -1);
  const links = segments.map((segment, i) => {
    const label = `<bdi>${escaped(decoded(segment))}</bdi>`;
    const up = segments.length - 1 - i;
    return up === 0 ? `${label}/` : `<a href="${"../".repeat(up)}">${label}</a>/`;
  });
  const top = segments.length === 0 ? "/" : `<a href="${"../".repeat(segments.length)}">/</a>`;
  return top + links.join("");
}

const UNITS = ["KB", "MB", "GB", "TB", "PB"];

function readableSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  // What would round to 1024 is one of the next unit.
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Control characters, lone surrogates, and marks that turn the direction of text or cannot be seen. */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

/** Text for HTML, in elements and quoted attributes. */
function escaped(text: string): string {
  return escapeHtml(text.replace(UNSEEN, "\ufffd"));
}
