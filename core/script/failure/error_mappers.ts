import type { CompiledSite } from "../compile/compiled_site.ts";
import { ErrorMapper } from "./error_location.ts";
import { errorSummary } from "./error_summary.ts";
import type { ScriptFailure } from "./script_failure.ts";

/** Takes errors of a site's scripts back to their sources, whichever version they come from. */
export class ErrorMappers {
  /** One per version, because taking a source map apart is costly and a failing script fails often. */
  readonly #mappers = new WeakMap<CompiledSite, ErrorMapper>();

  /** A text with stacks in it. */
  mapText(compiled: CompiledSite, text: string): string {
    return this.#of(compiled).mapText(text);
  }

  /** What the scripts threw, with `stack`; `summary` is one line that says what and where, empty when it is not known. */
  failure(
    compiled: CompiledSite,
    stack: string,
  ): { readonly summary: string; readonly failure: ScriptFailure } {
    const mapper = this.#of(compiled);
    const fault = mapper.locate(stack);
    const places = fault === undefined ? [] : [{ fault, source: mapper.sourceOf(fault.file) }];
    const failure = { thrown: errorSummary(stack, undefined), places, stack: mapper.mapStack(stack) };
    return { summary: errorSummary(stack, fault), failure };
  }

  #of(compiled: CompiledSite): ErrorMapper {
    let mapper = this.#mappers.get(compiled);
    if (mapper === undefined) {
      mapper = new ErrorMapper(compiled);
      this.#mappers.set(compiled, mapper);
    }
    return mapper;
  }
}
