/**
 * The vocabulary in which the configuration is declared (`fields.ts`). One declaration serves the validation
 * (`value_reader.ts`), the JSON Schema (`json_schema.ts`) and the manual (`manual.ts`).
 */

/** A mapping with a fixed set of keys; `T` is what reading it yields, key by key. */
export interface Section<T = unknown> {
  /** Title in the manual. */
  readonly title: string;
  readonly doc: string;
  readonly fields: { readonly [K in keyof T]-?: Field };
}

export interface Field {
  /** One or two sentences for the manual and for editors, in Markdown. */
  readonly doc: string;
  readonly type: FieldType;
  /** Used when the key is absent, in the form its author would write it. */
  readonly default?: string | number | boolean | readonly string[];
  /** Absent is a fault. Without `required` and `default` an absent key reads as undefined, a section as its defaults. */
  readonly required?: true;
}

export type FieldType =
  | BooleanType
  | IntegerType
  | DurationType
  | SizeType
  | ChoiceType
  | TextType
  | ListType
  | TableType
  | SectionType;

export interface BooleanType {
  readonly kind: "boolean";
}

export interface IntegerType {
  readonly kind: "integer";
  readonly minimum: number;
  readonly maximum: number;
  /** Words that stand for a number found out at the time of reading. */
  readonly words?: Readonly<Record<string, () => number>>;
}

/** Reads as whole milliseconds, from a number of them or from text such as `50ms`, `2s`, `1m`, `1h`. */
export interface DurationType {
  readonly kind: "duration";
  readonly minimum: number;
  readonly maximum: number;
}

/** Reads as a whole number of `unit`, from such a number or from text such as `64kb`, `1mb`, `1gb` (powers of 1024). */
export interface SizeType {
  readonly kind: "size";
  readonly unit: "bytes" | "megabytes";
  readonly minimum: number;
  readonly maximum: number;
}

export interface ChoiceType {
  readonly kind: "choice";
  readonly values: readonly string[];
  /** Words known to be meant but not built yet; they get a message of their own. */
  readonly later?: readonly string[];
}

export interface TextType {
  readonly kind: "text";
  readonly format: TextFormat;
}

/** A list with a single item may be written as the item alone. */
export interface ListType {
  readonly kind: "list";
  readonly of: FieldType;
  readonly minimum: number;
}

/** A mapping whose keys are names its author chooses. */
export interface TableType {
  readonly kind: "table";
  readonly of: FieldType;
  readonly names: TextFormat<string>;
}

export interface SectionType {
  readonly kind: "section";
  readonly section: Section;
  /** The key that a single value, written instead of the mapping, stands for. */
  readonly short?: string;
}

/** A kind of text with rules of its own. */
export interface TextFormat<T = unknown> {
  /** As messages and the manual call it, with its article: `a host name`. */
  readonly name: string;
  readonly example: string;
  /** Regular expression every valid text matches, for editors; it may let more through than `parse`. */
  readonly pattern?: string;
  /** Whether an unquoted number, `true` or `false` is taken for the text it was written as. */
  readonly anyScalar?: boolean;
  /** Throws ValueError. */
  parse(text: string, context: ReadContext): T;
}

export interface ReadContext {
  /** Absolute path of the folder that relative paths start from. */
  readonly folder: string;
}
