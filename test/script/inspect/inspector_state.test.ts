import assert from "node:assert/strict";
import { test } from "node:test";
import { InspectorState } from "../../../core/script/inspect/inspector_state.ts";

const methods = (state: InspectorState): string[] => Array.from(state.replay(), ({ method }) => method);

test("what is switched on and set is asked for again, in its order, each once", () => {
  const state = new InspectorState();
  state.asked(1, "Runtime.enable", {});
  state.asked(2, "Debugger.enable", {});
  state.asked(3, "Debugger.setPauseOnExceptions", { state: "all" });
  state.asked(4, "Debugger.setPauseOnExceptions", { state: "none" });
  state.asked(5, "Debugger.enable", {});
  assert.deepEqual(methods(state), ["Runtime.enable", "Debugger.enable", "Debugger.setPauseOnExceptions"]);
  assert.deepEqual([...state.replay()].at(-1)?.params, { state: "none" });
});

test("what acts but once is not repeated", () => {
  const state = new InspectorState();
  state.asked(1, "Debugger.resume", {});
  state.asked(2, "Runtime.evaluate", { expression: "1" });
  state.asked(3, "Debugger.setVariableValue", {});
  assert.deepEqual(methods(state), []);
});

test("a breakpoint that is removed, by the name it was given, stays removed", () => {
  const state = new InspectorState();
  const at = (lineNumber: number) => ({ url: "lodestone:///site", lineNumber });
  state.asked(1, "Debugger.setBreakpointByUrl", at(1));
  state.asked(2, "Debugger.setBreakpointByUrl", at(2));
  assert.ok(state.waitsFor(1) && state.waitsFor(2) && !state.waitsFor(3));
  state.answered(1, { breakpointId: "one" });
  state.answered(2, { breakpointId: "two" });
  state.asked(3, "Debugger.removeBreakpoint", { breakpointId: "one" });
  assert.deepEqual(
    Array.from(state.replay(), ({ params }) => params),
    [at(2)],
  );
});

test("a domain that is switched off takes its settings with it", () => {
  const state = new InspectorState();
  state.asked(1, "Runtime.enable", {});
  state.asked(2, "Debugger.enable", {});
  state.asked(3, "Debugger.setBreakpointByUrl", { url: "x", lineNumber: 1 });
  state.asked(4, "Debugger.disable", {});
  assert.deepEqual(methods(state), ["Runtime.enable"]);
});

test("a client that sets breakpoints without end is not remembered without end", () => {
  const state = new InspectorState();
  for (let i = 0; i < 5_000; i++) state.asked(i, "Debugger.setBreakpointByUrl", { url: "x", lineNumber: i });
  assert.equal(methods(state).length, 1_000);
});
