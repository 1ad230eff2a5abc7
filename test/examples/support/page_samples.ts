import { type Block, fencedBlocks } from "./transcript.ts";

/** One or several scripts of a manual's page, and the commands that show what they do. */
export interface Sample {
  /** Source by file name, in the order in which the scripts see a request. */
  readonly scripts: ReadonlyMap<string, string>;
  readonly console: Block | undefined;
  /** Line of the page where it begins. */
  readonly line: number;
}

/**
 * The `ts` blocks of a page, each with the `console` block that follows. A block that begins with `// name.ts` is the
 * script of that name, and joins the one before it when that has a name and no `console` block of its own.
 */
export function pageSamples(markdown: string): Sample[] {
  const samples: { scripts: Map<string, string>; console: Block | undefined; line: number }[] = [];
  for (const block of fencedBlocks(markdown)) {
    const last = samples.at(-1);
    if (block.language === "console" && last !== undefined && last.console === undefined)
      last.console = block;
    if (block.language !== "ts") continue;
    const name = /^\/\/ (\S+\.ts)\n/.exec(block.text)?.[1];
    const joins =
      name !== undefined && last !== undefined && last.console === undefined && !last.scripts.has("site.ts");
    if (joins) last.scripts.set(name, block.text);
    else
      samples.push({
        scripts: new Map([[name ?? "site.ts", block.text]]),
        console: undefined,
        line: block.line,
      });
  }
  return samples;
}
