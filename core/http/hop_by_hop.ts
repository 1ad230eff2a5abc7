import { connectionOptions, namesNothing } from "./connection_options.ts";
import { CONNECTION, FRAMING, HOP_BY_HOP } from "./field_marks.ts";
import type { HeaderList } from "./header_list.ts";

/** RFC 9110 section 7.6.1, with the two fields meant for a proxy, and Content-Length because framing is redone. */
const KNOWN = CONNECTION | FRAMING | HOP_BY_HOP;

/**
 * Removes the fields that concern one connection only from a request on its way to a server: the known ones. Those that
 * a client's Connection names have gone when its head was read; what has one of these names now is a script's.
 */
export function removeKnownHopByHop(headers: HeaderList): void {
  headers.deleteMarked(KNOWN);
}

/**
 * Removes them from a response as it was received: the known ones and those that Connection names. `connection` is the value
 * of that field, for those who have it already.
 */
export function removeHopByHop(headers: HeaderList, connection?: string): void {
  if ((headers.marks & CONNECTION) !== 0) removeNamed(headers, connection ?? headers.get("connection")!);
  headers.deleteMarked(KNOWN);
}

function removeNamed(headers: HeaderList, connection: string): void {
  if (namesNothing(connection)) return;
  const named = connectionOptions(connection);
  headers.deleteWhere((name) => named.has(name));
}
