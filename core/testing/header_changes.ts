import type { HeaderList } from "../http/header_list.ts";

/** One header that is not what it was. */
export interface HeaderChange {
  readonly name: string;
  /** Undefined for one that was added. */
  readonly before?: string;
  /** Undefined for one that was removed. */
  readonly after?: string;
}

/** What is different, in the order of the fields, those that were added last. */
export function headerChanges(before: HeaderList, after: HeaderList): HeaderChange[] {
  const names = new Set([...before, ...after].map(([name]) => name.toLowerCase()));
  const changes: HeaderChange[] = [];
  for (const name of names) {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) continue;
    changes.push({
      name,
      ...(was === undefined ? {} : { before: was }),
      ...(is === undefined ? {} : { after: is }),
    });
  }
  return changes;
}
