/** What DevTools list: a site of this worker. */
export interface InspectTarget {
  readonly id: string;
  readonly title: string;
  readonly url: string;
}

/**
 * The JSON that DevTools ask for to find targets, as Node and Chrome answer it; undefined for any other path.
 *
 * @param authority host and port the client has reached this server by.
 */
export function discoveryAnswer(
  path: string,
  authority: string,
  targets: Iterable<InspectTarget>,
): object | undefined {
  if (path === "/json/version")
    return { Browser: `lodestone/node${process.versions.node}`, "Protocol-Version": "1.1" };
  if (path !== "/json" && path !== "/json/list") return undefined;
  return Array.from(targets, ({ id, title, url }) => ({
    id,
    type: "node",
    title,
    description: "a site of Lodestone",
    url,
    devtoolsFrontendUrl: frontendUrl(authority, id),
    webSocketDebuggerUrl: `ws://${authority}/${id}`,
  }));
}

/** Opens the DevTools of a Chrome on this machine. */
export function frontendUrl(authority: string, id: string): string {
  return `devtools://devtools/bundled/js_app.html?experiments=true&v8only=true&ws=${authority}/${id}`;
}
