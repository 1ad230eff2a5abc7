import { charCodeAt, push, slice } from "../language/primordials.ts";
import { inspect } from "./inspect.ts";

export type ConsoleLevel = "trace" | "debug" | "log" | "info" | "warn" | "error";

/** Characters of one line of the log. */
const LINE = 16_000;

const toNumber = Number;
const toInteger = Number.parseInt;

/**
 * The `console` of scripts. Each call becomes one text, handed to `write` with its level; the text is at most
 * 16,000 characters long.
 */
export function createConsole(write: (level: ConsoleLevel, text: string) => void) {
  const counts = new Map<string, number>();
  let indent = "";

  function line(level: ConsoleLevel, values: readonly unknown[]): void {
    const text = indent + format(values);
    write(level, text.length > LINE ? `${slice(text, 0, LINE)}...` : text);
  }

  return {
    log: (...values: unknown[]) => line("log", values),
    info: (...values: unknown[]) => line("info", values),
    warn: (...values: unknown[]) => line("warn", values),
    error: (...values: unknown[]) => line("error", values),
    debug: (...values: unknown[]) => line("debug", values),
    trace: (...values: unknown[]) => line("trace", [`${format(values)}\n${new Error("Trace").stack}`]),
    dir: (value: unknown) => line("log", [inspect(value)]),
    table: (value: unknown) => line("log", [value]),
    assert(condition?: unknown, ...values: unknown[]): void {
      if (!condition) line("error", [`Assertion failed${values.length > 0 ? `: ${format(values)}` : ""}`]);
    },
    count(label: unknown = "default"): void {
      const name = `${label}`;
      const count = (counts.get(name) ?? 0) + 1;
      if (counts.size < 1000 || count > 1) counts.set(name, count);
      line("log", [`${name}: ${count}`]);
    },
    group(...values: unknown[]): void {
      if (values.length > 0) line("log", values);
      if (indent.length < 40) indent += "  ";
    },
    groupEnd(): void {
      indent = slice(indent, 2);
    },
  };
}

/** The arguments of one call as one text: strings as they are, the rest inspected, parted by spaces. */
function format(values: readonly unknown[]): string {
  const first = values[0];
  const parts: string[] = [];
  let next = 0;
  if (typeof first === "string" && values.length > 1) {
    const used = { count: 1 };
    push(parts, substitute(first, values, used));
    next = used.count;
  }
  for (; next < values.length; next++) push(parts, show(values[next]));
  let text = "";
  for (let i = 0; i < parts.length && text.length <= LINE; i++) text += i === 0 ? parts[i] : ` ${parts[i]}`;
  return text;
}

function show(value: unknown): string {
  if (typeof value === "string") return value.length > LINE ? slice(value, 0, LINE + 1) : value;
  return inspect(value);
}

/** Puts further arguments in for `%s %d %i %f %j %o %O %c`, as the Console standard's formatter does. */
function substitute(template: string, values: readonly unknown[], used: { count: number }): string {
  let text = "";
  let copied = 0;
  for (let i = 0; i + 1 < template.length && i < LINE; i++) {
    if (charCodeAt(template, i) !== 0x25) continue;
    const kind = template[i + 1]!;
    if (kind !== "%" && used.count >= values.length) continue;
    const replacement = kind === "%" ? "%" : placeholder(kind, values[used.count]);
    if (replacement === undefined) continue;
    if (kind !== "%") used.count++;
    text += slice(template, copied, i) + replacement;
    copied = i + 2;
    i++;
  }
  return text + slice(template, copied);
}

function placeholder(kind: string, value: unknown): string | undefined {
  switch (kind) {
    case "s":
      return show(value);
    case "d":
      return typeof value === "object" ? "NaN" : typeof value === "symbol" ? "NaN" : `${toNumber(value)}`;
    case "i":
      return typeof value === "number" || typeof value === "string" ? `${toInteger(`${value}`, 10)}` : "NaN";
    case "f":
      return typeof value === "number" || typeof value === "string" ? `${toNumber(value)}` : "NaN";
    case "j":
    case "o":
    case "O":
      return inspect(value);
    case "c":
      return "";
    default:
      return undefined;
  }
}
