import { backendServer, type WrittenServer } from "./backend_server.ts";
import type { TextFormat } from "./field.ts";
import { quoteValue, ValueError } from "./value_error.ts";

/** Name of a backend. */
export const backendName: TextFormat<string> = {
  name: "the name of a backend",
  example: "app",
  pattern: "^[A-Za-z][A-Za-z0-9_.-]{0,63}$",
  parse(text) {
    if (/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(text)) return text;
    const rule = "a letter, then up to 63 letters, digits, dots, dashes and underscores";
    throw new ValueError(`${quoteValue(text)} cannot be the name of a backend: that is ${rule}`);
  },
};

/** A backend as a site names it: one of `backends`, or a server of its own. */
export interface BackendReference {
  readonly name: string;
  readonly server: WrittenServer | undefined;
}

export const backendReference: TextFormat<BackendReference> = {
  name: "a backend's name or URL",
  example: "app",
  parse(text, context) {
    if (!text.includes("://") && !text.startsWith("unix:")) {
      return { name: backendName.parse(text, context), server: undefined };
    }
    return { name: text, server: backendServer.parse(text, context) };
  },
};

/** Name of a value that scripts find in `env`. */
export const variableName: TextFormat<string> = {
  name: "the name of a variable",
  example: "SECRET",
  pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
  parse(text) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && text !== "__proto__") return text;
    throw new ValueError(
      `${quoteValue(text)} cannot be the name of a variable: those are letters, digits and underscores`,
    );
  },
};

/** Any text; numbers and booleans are taken as they were written. */
export const anyText: TextFormat<string> = {
  name: "a text",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how references to the environment look.
  example: "${SECRET}",
  anyScalar: true,
  parse: (text) => text,
};
