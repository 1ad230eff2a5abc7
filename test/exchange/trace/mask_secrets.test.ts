import assert from "node:assert/strict";
import { test } from "node:test";
import { maskSecrets } from "../../../core/exchange/trace/mask_secrets.ts";
import { Trace } from "../../../core/observe/trace.ts";

/** How the value of that name is told. */
const named = (name: string) => `\${${name}}`;

test("a secret that begins with another one leaves nothing of it to be read", () => {
  for (const env of [
    { SHORT: "s3cret", LONG: "s3cret-and-more" },
    { LONG: "s3cret-and-more", SHORT: "s3cret" },
  ]) {
    const told = maskSecrets(env)("s3cret-and-more s3cret-and s3cret");
    assert.equal(told, `${named("LONG")} ${named("SHORT")}-and ${named("SHORT")}`);
  }
});

test("a name is no place to look for secrets in, and a secret is no pattern", () => {
  const mask = maskSecrets({ DATABASE_URL: "db.(a|b)*$1", OTHER: "DATABASE", TINY: "x" });
  assert.equal(mask("to db.(a|b)*$1, not dbx(a"), `to ${named("DATABASE_URL")}, not dbx(a`);
});

/** What a trace tells of a text. */
function told(text: string, env: Record<string, string>): string {
  const trace = new Trace({ steps: 10, characters: 100_000 }, { mask: maskSecrets(env) });
  trace.add({ step: "log", level: 30, text });
  const [step] = trace.steps;
  assert.ok(step?.step === "log");
  return step.text;
}

test("a secret at the place where a long text is cut does not show in part", () => {
  const KEY = "0123456789";
  for (let before = 985; before <= 1005; before++) {
    const text = told(`${"x".repeat(before)}${KEY}${"y".repeat(500)}`, { KEY });
    assert.doesNotMatch(text, /\d/, `${before} before it`);
    assert.ok(text.length <= 1001 && text.endsWith("…"));
  }
  // Of what is cut before it is looked at, much may go away.
  const LONG = "z".repeat(600);
  for (let before = 190; before <= 201; before++) {
    const text = told(`${LONG.repeat(3)}${"x".repeat(before)}${KEY}${"y".repeat(5000)}`, { KEY, LONG });
    assert.equal(
      text,
      `${named("LONG").repeat(3)}${"x".repeat(Math.min(before, 200))}${before === 190 ? named("KEY") : ""}…`,
    );
  }
});
