import { ValueError } from "./value_error.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a value that takes itself from the environment contains, for editors. */
export const ENVIRONMENT_PATTERN = "\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}";

// An escaped `$${`, a reference, or the beginning of something that only looks like one.
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/** A reference that has no value; `reference` is its beginning, to be found again in the source. */
export class EnvironmentError extends ValueError {
  readonly reference: string;

  constructor(message: string, reference: string) {
    super(message);
    this.reference = reference;
  }
}

/**
 * The text with `${NAME}` and `${NAME:-default}` replaced, and `$${` as a literal `${`. As in a shell, the default
 * also stands in for a variable that is empty. What a variable contains is not looked at again: it can bring no
 * further references in. Throws EnvironmentError.
 */
export function expandEnvironment(text: string, environment: Environment): string {
  if (!text.includes("${")) return text;
  return text.replace(REFERENCE, (match: string, name: string | undefined, fallback: string | undefined) => {
    if (match === "$${") return "${";
    if (name === undefined) {
      throw new EnvironmentError(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how references to the environment look.
        "a reference to the environment is written ${NAME} or ${NAME:-default}, and a literal ${ is written $${",
        "${",
      );
    }
    const value = environment[name];
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value !== undefined) return value;
    const hint = `set it, or give a default: \${${name}:-value}`;
    throw new EnvironmentError(`the environment variable ${name} is not set; ${hint}`, `\${${name}`);
  });
}
