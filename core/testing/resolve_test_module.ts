import { existsSync } from "node:fs";
import { registerHooks } from "node:module";

/** The sources in a checkout, what they were built to in a package. */
const TEST_MODULE = ["./site.ts", "./site.js"]
  .map((name) => new URL(name, import.meta.url))
  .find((url) => existsSync(url))!.href;

/** Loaded before a test, so that it finds this `lodestone/test` whether or not a package is installed beside it. */
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier === "lodestone/test") return { url: TEST_MODULE, shortCircuit: true };
    if (specifier === "lodestone" || specifier.startsWith("lodestone/")) {
      throw new Error(
        `"${specifier}" is there for scripts, in their isolate: ${context.parentURL ?? "a test"} runs in Node. ` +
          `Types can be imported with "import type"; the script itself is asked through site("./site.ts").`,
      );
    }
    return nextResolve(specifier, context);
  },
});
