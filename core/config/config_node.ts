/**
 * A configuration before validation: values and where they stand, whatever they came from. A YAML file and a
 * set of command-line options both become this, so that there is one validation.
 */
export type ConfigNode = ScalarNode | ListNode | MapNode | InvalidNode;

/** Where a value stands in its source. Only the source knows what the number means. */
export type Position = number;

export interface ScalarNode {
  readonly kind: "scalar";
  readonly position: Position;
  readonly value: string | number | boolean | null;
  /** The value as it was written, without quotes. */
  readonly text: string;
  /** Came as bare text, from the environment or the command line, and may be read as a number or a boolean. */
  readonly untyped: boolean;
}

export interface ListNode {
  readonly kind: "list";
  readonly position: Position;
  readonly items: readonly ConfigNode[];
}

export interface MapNode {
  readonly kind: "map";
  readonly position: Position;
  /** Keys are unique. */
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: string;
  readonly position: Position;
  readonly value: ConfigNode;
}

/** A value that has been complained about already, so that nothing else needs to be said. */
export interface InvalidNode {
  readonly kind: "invalid";
  readonly position: Position;
}

/** Something wrong at a place in a source. */
export interface Problem {
  readonly position: Position;
  readonly message: string;
}

/** A scalar that came as bare text. */
export function untypedScalar(text: string, position: Position): ScalarNode {
  return { kind: "scalar", position, value: text, text, untyped: true };
}
