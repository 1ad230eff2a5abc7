import * as tests from "node:test";
import type { LocalOutcome } from "./local_site.ts";

interface Note {
  /** Full name of the test that was running, when Node tells. */
  readonly test: string | undefined;
  readonly text: string;
}

/**
 * Keeps what went wrong in scripts until it is known how the test ends. One that fails shows it, because "500 is
 * not 200" tells nobody why.
 */
export class TestReport {
  readonly #notes: Note[] = [];

  /** Registers with node:test. To be called while the test file is loaded: later hooks belong to one test. */
  watch(): void {
    tests.afterEach((context) => {
      const test = "fullName" in context ? context.fullName : undefined;
      const notes = this.#notes.filter((note) => note.test === undefined || note.test === test);
      for (const note of notes) this.#notes.splice(this.#notes.indexOf(note), 1);
      if (!("passed" in context) || context.passed) return;
      for (const { text } of notes) for (const line of text.split("\n")) context.diagnostic(line);
    });
  }

  /** Full name of the test that asks now; undefined when Node does not tell, as before version 26. */
  currentTest(): string | undefined {
    const context = "getTestContext" in tests ? tests.getTestContext() : undefined;
    return context && "fullName" in context ? context.fullName : undefined;
  }

  add(test: string | undefined, request: string, outcome: Pick<LocalOutcome, "error" | "logs">): void {
    const lines = outcome.logs.map(({ level, text }) => `${level}: ${text}`);
    if (outcome.error !== undefined) lines.push(outcome.error.stack!);
    if (lines.length > 0) this.#notes.push({ test, text: [`${request}:`, ...lines].join("\n") });
  }
}
