/**
 * Guest code: what scripts say to their `console` also goes to V8's own, which the debugger shows. Evaluated before the
 * runtime puts its console in the place of that; the function it yields is called after.
 */
export const INSPECTED_CONSOLE = `(() => {
  "use strict";
  const shown = globalThis.console;
  return () => {
    for (const name of Object.keys(globalThis.console)) {
      const logged = globalThis.console[name];
      if (typeof shown[name] !== "function" || typeof logged !== "function") continue;
      globalThis.console[name] = (...values) => {
        shown[name](...values);
        return logged(...values);
      };
    }
  };
})()`;

/** File name of the above in the debugger. */
export const INSPECTED_CONSOLE_FILE = "lodestone:console";
