import { dirname } from "node:path";
import { printable } from "../config/fault.ts";
import type { TraceStep } from "../observe/trace.ts";

/** pino's numbers. */
const LEVELS: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
};

/**
 * A trace for a terminal: a line a step, with milliseconds since the request's head was there and, where something
 * took time, how many. What happens while a script has the request is indented.
 *
 *        0.061            GET /old/page, request 5fM0-0 of the site "site"
 *       11.312   10.904   the scripts are loaded, version 1
 *       12.766            -> site.ts
 *       14.942    0.551     stat /www/old: nothing
 *       24.773            site.ts:12:5 returned Response 301 location /page
 */
export function traceText(steps: readonly TraceStep[]): string {
  const folder = commonFolder(steps);
  const shorten = (path: string): string => (path.startsWith(folder) ? path.slice(folder.length) : path);
  let isInside = false;
  let text = "      at ms      took\n";
  for (const step of steps) {
    if (step.step === "return" || step.step === "failure" || step.step === "escalate") isInside = false;
    const took = "took" in step ? step.took.toFixed(3) : "";
    const words = stepText(step, shorten)
      .split("\n")
      .map(printable)
      .join(`\n${" ".repeat(26)}`);
    text += `${step.at.toFixed(3).padStart(11)}${took.padStart(10)}   ${isInside ? "  " : ""}${words}\n`;
    if (step.step === "script" || step.step === "onResponse") isInside = true;
  }
  return text;
}

function stepText(step: TraceStep, shorten: (path: string) => string): string {
  switch (step.step) {
    case "request":
      return `${step.method} ${step.target}, request ${step.id} of the site "${step.site}"`;
    case "load":
      return `the scripts are loaded, version ${step.version}`;
    case "script":
      return `-> ${shorten(step.script)}`;
    case "onResponse":
      return `-> onResponse of ${shorten(step.script)}`;
    case "return":
      return (
        `${shorten(step.place ?? step.script)} returned ${step.what}` +
        (step.latest === undefined ? "" : `, after a Response from ${shorten(step.latest)}`)
      );
    case "change":
      return `${step.name}: ${step.from ?? "none"} -> ${step.to ?? "none"}`;
    case "restart":
      return `begins again with ${step.method} ${step.target}`;
    case "stat":
      return `stat ${step.path}: ${step.found}`;
    case "crypto":
      return `crypto: ${step.name}`;
    case "log":
      return `log, ${LEVELS[step.level] ?? step.level}: ${step.text}`;
    case "begin":
      return `#${step.operation} ${step.what}`;
    case "end":
      return `#${step.operation} ${step.result}`;
    case "escalate":
      return `escalates ${step.method} ${step.target} to ${step.to}`;
    case "answer":
      return `${step.status} from ${step.by}`;
    case "failure":
      return `${step.place === undefined ? "" : `${shorten(step.place)} `}fails with ${step.status} ${step.code}: ${step.message}`;
    case "send":
      return `sends ${step.status}, made by ${step.by}`;
    case "end of request":
      return endText(step);
    case "left out":
      return `(${step.steps} steps left out)`;
  }
}

function endText({ bytes, scripts, error }: Extract<TraceStep, { step: "end of request" }>): string {
  const spent = `${scripts.toFixed(3)} ms of that in the isolate`;
  return error === undefined
    ? `ends after ${bytes} bytes; ${spent}`
    : `breaks off after ${bytes} bytes: ${error}; ${spent}`;
}

/** The folder that all scripts are in, with its slash. */
function commonFolder(steps: readonly TraceStep[]): string {
  let folder: string | undefined;
  for (const step of steps) {
    for (const path of "script" in step ? [step.script, "place" in step ? step.place : undefined] : []) {
      if (path === undefined) continue;
      folder ??= `${dirname(path)}/`;
      while (!path.startsWith(folder)) folder = `${dirname(folder)}/`.replace("//", "/");
    }
  }
  return folder ?? "";
}
