import { HeaderList } from "./header_list.ts";
import { statusText } from "./status_text.ts";

/** A finished page about a status. */
export interface StandardPage {
  readonly headers: HeaderList;
  readonly body: string;
}

/**
 * The page for a status nobody else has a page for: status and reason, nothing about this server or the
 * request, so that no failure tells a client more than its status.
 */
export function standardPage(status: number): StandardPage {
  const title = `${status} ${statusText(status)}`.trimEnd();
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
:root { color-scheme: light dark }
body { font: 1.25rem system-ui, sans-serif; display: grid; place-content: center; min-height: 90vh; margin: 0 }
</style>
</head>
<body><h1>${title}</h1></body>
</html>
`;
  return { headers: HeaderList.fromText("Content-Type: text/html; charset=utf-8\r\n"), body };
}
