/**
 * What a head that is no request was most likely meant to be, with the remedy, for the log; undefined when it looks like
 * nothing known. `text` is its beginning, Latin-1.
 */
export function mistakenProtocol(text: string): string | undefined {
  if (text.startsWith("PROXY ") || text.startsWith("\r\n\r\n"))
    return "a PROXY header, from an address that this listener's proxyProtocol does not name";
  if (text.startsWith("\x16\x03")) return "TLS, at a listener without `tls: true`";
  return undefined;
}
