/**
 * How an attack may end for the one who asked: a status, the connection closed without a whole answer, or a wait for
 * a body that the script does not go on with, until the client leaves.
 */
export type Outcome = number | "closed" | "waits";

/** A script that attacks. */
export interface Attack {
  readonly name: string;
  /** Body of an asynchronous handler `(request)`; `/well` is answered before it. */
  readonly handler?: string;
  /** Statements before the handler. */
  readonly before?: string;
  /** The whole script, in the place of both. */
  readonly script?: string;
  /** Paths that are asked for, one after the other; `/attack` by default. */
  readonly paths?: readonly string[];
  readonly outcomes: readonly Outcome[];
  /** Whether all paths are asked for at the same time. */
  readonly atOnce?: true;
  /** What the log says about it. */
  readonly log?: RegExp;
  /**
   * Milliseconds of `limits.deadline`, by default so many that it strikes nobody whom a busy machine has kept from
   * running.
   */
  readonly deadline?: number;
  /** Whether `/well` cannot be expected to be answered afterwards: the script has broken its own isolate. */
  readonly breaksItself?: true;
}

/** Scripts of one kind; the neighbour is watched while all of them are at work. */
export interface AttackGroup {
  readonly name: string;
  readonly attacks: readonly Attack[];
  /** How many of them are at work at the same time; 1 by default. */
  readonly together?: number;
}

/** Attacks among which are some that wait until the deadline. */
export function impatient(attacks: readonly Attack[]): Attack[] {
  return attacks.map((attack) => ({ ...attack, deadline: 300 }));
}

export function sourceOf(attack: Attack): string {
  return (
    attack.script ??
    `import * as lodestone from "lodestone";
void lodestone;
${attack.before ?? ""}
export default async (request) => {
  if (request.path === "/well") return new Response("well");
  ${attack.handler ?? ""}
};`
  );
}

/** Attacks that differ in their handler only. */
export function handlers(
  outcomes: readonly Outcome[],
  log: RegExp | undefined,
  bodies: Readonly<Record<string, string>>,
): Attack[] {
  return Object.entries(bodies).map(([name, handler]) => ({
    name,
    handler,
    outcomes,
    ...(log === undefined ? {} : { log }),
  }));
}
