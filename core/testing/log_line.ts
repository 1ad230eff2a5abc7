/** What scripts logged, or the proxy because of them. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error" | "fatal";
  readonly text: string;
}

/** pino's numbers. */
const LEVELS: readonly (readonly [from: number, level: LogLine["level"]])[] = [
  [60, "fatal"],
  [50, "error"],
  [40, "warn"],
  [30, "info"],
];

/**
 * Reads one line of the proxy's log. Undefined for what is of no interest when one request is looked at: that scripts were
 * loaded, and how they failed, which the exchange tells.
 */
export function readLogLine(json: string): LogLine | undefined {
  const line = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const { level, msg, error } = line;
  if ("version" in line || ("stack" in line && /\(request |could not be loaded/.test(String(msg))))
    return undefined;
  const place = typeof line.at === "string" ? `\n${line.at}` : "";
  const cause = typeof error === "string" ? `: ${error}` : "";
  return {
    level: LEVELS.find(([from]) => Number(level) >= from)?.[1] ?? "debug",
    text: `${msg}${cause}${place}`,
  };
}
