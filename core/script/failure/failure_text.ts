import { formatFault } from "../../config/fault.ts";
import type { ScriptFailure } from "./script_failure.ts";

/** What was thrown and the place in the source, as lines for the operator. */
export function failureText({ thrown, places }: ScriptFailure): string {
  const shown = places.slice(0, 10).map(({ fault }) => formatFault(fault));
  return [...(thrown === "" ? [] : [thrown]), ...shown].join("\n");
}
