import type { TraceConfig } from "./config.ts";
import type { Section, TextFormat } from "./field.ts";
import { ValueError } from "./value_error.ts";

/** Characters; what is shorter can be guessed from one signature. */
const SHORTEST = 16;

/** Messages never show it. */
const secret: TextFormat<string> = {
  name: "a secret",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how references to the environment look.
  example: "${TRACE_SECRET}",
  anyScalar: true,
  parse(text) {
    if (text.length >= SHORTEST) return text;
    throw new ValueError(
      `the secret of traces must have at least ${SHORTEST} characters, this one has ${text.length}; "openssl rand -hex 32" makes one`,
    );
  },
};

export const traceSection: Section<TraceConfig> = {
  title: "trace",
  doc:
    "Traces of single requests on a running server, for those who sign them (see [tracing](tracing.md)). Off without a " +
    "secret. Scripts are compiled so that they tell which `return` decided then, which costs them a little.",
  fields: {
    secret: {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: see above.
      doc: "What requests are signed with. At least 16 characters, best taken from the environment: `${TRACE_SECRET}`.",
      type: { kind: "text", format: secret },
    },
  },
};
