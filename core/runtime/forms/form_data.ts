// biome-ignore-all lint/complexity/noArguments: Web IDL counts the arguments given
import { inspectSymbol } from "../console/inspect_symbol.ts";
import { defineProperty, freezeObject, push, reflectApply } from "../language/primordials.ts";
import { defineHidden, finishClass, requireArguments, toUSVString } from "../language/web_idl.ts";
import { PairIterator, type PairKind } from "../url/pair_iterator.ts";
import { type Blob, contentOfBlob, isBlob } from "./blob.ts";
import { File, fileLastModified, isFile } from "./file.ts";

export type FormDataEntryValue = string | File;

/** Names and values by turns. */
export type FormEntries = (string | File)[];

let hasEntries: (value: unknown) => value is FormData;
let entriesOf: (form: FormData) => readonly FormDataEntryValue[];
let fromEntries: (entries: FormEntries) => FormData;

/** The FormData class of the XMLHttpRequest standard; there are no form elements to make one from. */
export class FormData {
  #entries: FormEntries = [];

  constructor(form: undefined = undefined) {
    if (form !== undefined) throw new TypeError("new FormData(): there are no form elements here");
  }

  append(name: string, value: string | Blob, ...rest: [fileName?: string]): void {
    requireArguments(arguments.length, 2, "FormData.append");
    const entryName = toUSVString(name);
    const entryValue = toEntryValue(value, rest, "FormData.append");
    push(this.#entries, entryName);
    push(this.#entries, entryValue);
  }

  delete(name: string): void {
    requireArguments(arguments.length, 1, "FormData.delete");
    const wanted = toUSVString(name);
    const kept: FormEntries = [];
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i += 2) {
      if (entries[i] === wanted) continue;
      push(kept, entries[i]!);
      push(kept, entries[i + 1]!);
    }
    this.#entries = kept;
  }

  get(name: string): FormDataEntryValue | null {
    requireArguments(arguments.length, 1, "FormData.get");
    const at = this.#find(toUSVString(name));
    return at === -1 ? null : this.#entries[at + 1]!;
  }

  getAll(name: string): FormDataEntryValue[] {
    requireArguments(arguments.length, 1, "FormData.getAll");
    const wanted = toUSVString(name);
    const values: FormDataEntryValue[] = [];
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i += 2) if (entries[i] === wanted) push(values, entries[i + 1]!);
    return values;
  }

  has(name: string): boolean {
    requireArguments(arguments.length, 1, "FormData.has");
    return this.#find(toUSVString(name)) !== -1;
  }

  set(name: string, value: string | Blob, ...rest: [fileName?: string]): void {
    requireArguments(arguments.length, 2, "FormData.set");
    const entryName = toUSVString(name);
    const entryValue = toEntryValue(value, rest, "FormData.set");
    const kept: FormEntries = [];
    const entries = this.#entries;
    let found = false;
    for (let i = 0; i < entries.length; i += 2) {
      const same = entries[i] === entryName;
      if (same && found) continue;
      push(kept, entries[i]!);
      push(kept, same ? entryValue : entries[i + 1]!);
      found ||= same;
    }
    if (!found) {
      push(kept, entryName);
      push(kept, entryValue);
    }
    this.#entries = kept;
  }

  forEach(
    callback: (value: FormDataEntryValue, name: string, form: FormData) => void,
    thisArgument: unknown = undefined,
  ): void {
    requireArguments(arguments.length, 1, "FormData.forEach");
    if (typeof callback !== "function")
      throw new TypeError("FormData.forEach: the callback is not a function");
    for (let i = 0; i < this.#entries.length; i += 2) {
      reflectApply(callback, thisArgument, [this.#entries[i + 1]!, this.#entries[i] as string, this]);
    }
  }

  keys(): PairIterator<string> {
    return iterate(this.#source(), "keys");
  }

  values(): PairIterator<FormDataEntryValue> {
    return iterate(this.#source(), "values");
  }

  entries(): PairIterator<[string, FormDataEntryValue]> {
    return iterate(this.#source(), "entries");
  }

  declare [Symbol.iterator]: () => PairIterator<[string, FormDataEntryValue]>;

  [inspectSymbol](): object {
    const view: unknown[] = [];
    for (let i = 0; i < this.#entries.length; i += 2) {
      push(view, [this.#entries[i], this.#entries[i + 1]]);
    }
    return { entries: view };
  }

  #find(name: string): number {
    for (let i = 0; i < this.#entries.length; i += 2) if (this.#entries[i] === name) return i;
    return -1;
  }

  #source(): () => readonly FormDataEntryValue[] {
    // A TypeError at once for what is no FormData, not at the first step.
    void this.#entries;
    return () => this.#entries;
  }

  static {
    hasEntries = (value): value is FormData =>
      typeof value === "object" && value !== null && #entries in value;
    entriesOf = (form) => form.#entries;
    fromEntries = (entries) => {
      const form = new FormData();
      form.#entries = entries;
      return form;
    };
  }
}

class FormDataIterator<T> extends PairIterator<T> {}
Reflect.deleteProperty(FormDataIterator.prototype, "constructor");
defineProperty(
  FormDataIterator.prototype,
  Symbol.toStringTag,
  freezeObject({
    __proto__: null,
    value: "FormData Iterator",
    configurable: true,
  }),
);

defineHidden(FormData.prototype, Symbol.iterator, FormData.prototype.entries);
finishClass(FormData, "FormData", [
  "append",
  "delete",
  "get",
  "getAll",
  "has",
  "set",
  "forEach",
  "keys",
  "values",
  "entries",
]);

/** Whether a value is a FormData, whatever its prototype says. */
export const isFormData = hasEntries!;
/** Names and values by turns, as they are now; not to be changed. */
export const entriesOfForm = entriesOf!;
/** A FormData that takes the list over. */
export const formFromEntries = fromEntries!;

function iterate<T>(source: () => readonly FormDataEntryValue[], kind: PairKind): PairIterator<T> {
  return new FormDataIterator<T>(source, kind);
}

/** "Create an entry" of the HTML standard: every Blob becomes a File with a name. */
function toEntryValue(value: unknown, rest: readonly unknown[], method: string): FormDataEntryValue {
  if (!isBlob(value)) {
    // Only the form of the method that takes a Blob has a third argument.
    if (rest.length > 0) throw new TypeError(`${method}: a file name needs a Blob, which the value is not`);
    return toUSVString(value);
  }
  const given = rest[0] === undefined ? undefined : toUSVString(rest[0]);
  if (!isFile(value)) return new File(contentOfBlob(value), given ?? "blob");
  if (given === undefined) return value;
  return new File(contentOfBlob(value), given, { lastModified: fileLastModified(value) });
}
