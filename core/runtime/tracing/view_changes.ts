import { findField, parseFields } from "../http/header_syntax.ts";
import type { RequestView } from "../http/request_view.ts";
import { ownKeys, push, slice } from "../language/primordials.ts";

/** Told by name: what was there before and what is there now; undefined for nothing. */
export type TellChange = (name: string, from: string | undefined, to: string | undefined) => void;

/** Headers of which changes are told. */
const MOST_FIELDS = 500;

/** What a script has changed in a request. */
export function tellRequestChanges(before: RequestView, after: RequestView, tell: TellChange): void {
  const compare = (name: string, from: string | undefined, to: string | undefined): void => {
    if ((from ?? "") !== (to ?? "")) tell(name, from === "" ? undefined : from, to === "" ? undefined : to);
  };
  compare("method", before.method, after.method);
  compare("path", before.path, after.path);
  compare("query", slice(before.search, 1), slice(after.search, 1));
  tellFieldChanges(before.fields, after.fields, tell);
  compare("file", before.file, after.file);
  compare("backend", before.backend, after.backend);
  tellEnvChanges(before.env, after.env, before.env, tell);
  tellEnvChanges(before.env, after.env, after.env, tell);
  if (before.body !== after.body) tell("body", undefined, "another");
}

/** Of field lines, by names; those of one name are one text. */
export function tellFieldChanges(before: string, after: string, tell: TellChange): void {
  if (before === after) return;
  const told: string[] = [];
  tellFieldsOf(before, before, after, told, tell);
  tellFieldsOf(after, before, after, told, tell);
}

function tellFieldsOf(block: string, before: string, after: string, told: string[], tell: TellChange): void {
  const fields = parseFields(block);
  for (let i = 1; i < fields.length && told.length < MOST_FIELDS; i += 3) {
    const name = fields[i]!;
    if (has(told, name)) continue;
    push(told, name);
    const from = findField(before, name);
    const to = findField(after, name);
    if (from !== to) tell(`header ${name}`, from ?? undefined, to ?? undefined);
  }
}

/** Those of `env`, one of the two; what both have is told by the first. */
function tellEnvChanges(
  before: RequestView["env"],
  after: RequestView["env"],
  env: RequestView["env"],
  tell: TellChange,
): void {
  const names = ownKeys(env);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    if (env === after && name in before) continue;
    const from = shown(before[name]);
    const to = shown(after[name]);
    if (from !== to) tell(`env ${name}`, from, to);
  }
}

function has(names: readonly string[], name: string): boolean {
  for (let i = 0; i < names.length; i++) if (names[i] === name) return true;
  return false;
}

function shown(value: unknown): string | undefined {
  return value === undefined ? undefined : `${value}`;
}
