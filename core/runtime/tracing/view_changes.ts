import type { RequestView } from "../request_view.ts";

/** What was there before and what is there now; undefined for nothing. */
export type Change = readonly [name: string, from: string | undefined, to: string | undefined];

/** What a script has changed. `file` counts only where it is not what follows from the path. */
export function viewChanges(before: RequestView, after: RequestView): Change[] {
  const changes: Change[] = [];
  const compare = (name: string, from: string | undefined, to: string | undefined): void => {
    if (from !== to) changes.push([name, from, to]);
  };
  compare("method", before.method, after.method);
  compare("path", before.path, after.path);
  compare("query", before.search.slice(1) || undefined, after.search.slice(1) || undefined);
  changes.push(...fieldChanges(before.fields, after.fields));
  compare("file", before.file, after.file);
  compare("backend", before.backend || undefined, after.backend || undefined);
  for (const name of new Set([...Object.keys(before.env), ...Object.keys(after.env)])) {
    compare(`env ${name}`, shown(before.env[name]), shown(after.env[name]));
  }
  if (before.body !== after.body) changes.push(["body", undefined, "another"]);
  return changes;
}

/** Of field lines, by names; those of one name are one text. */
export function fieldChanges(before: string, after: string): Change[] {
  if (before === after) return [];
  const [from, to] = [fieldsByName(before), fieldsByName(after)];
  const changes: Change[] = [];
  for (const name of new Set([...from.keys(), ...to.keys()])) {
    if (from.get(name) !== to.get(name)) changes.push([`header ${name}`, from.get(name), to.get(name)]);
  }
  return changes;
}

function fieldsByName(lines: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const former = fields.get(name);
    fields.set(name, former === undefined ? value : `${former}, ${value}`);
  }
  return fields;
}

function shown(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}
