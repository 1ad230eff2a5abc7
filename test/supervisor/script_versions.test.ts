import assert from "node:assert/strict";
import test from "node:test";
import type { SiteConfig } from "../../core/config/config.ts";
import type { Logger } from "../../core/observe/logger.ts";
import { compileSite } from "../../core/script/compile/compile_site.ts";
import type { CompiledSite } from "../../core/script/compile/compiled_site.ts";
import { ScriptVersions } from "../../core/supervisor/script_versions.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";

/** Versions of the sites `a` and `b`, each with a script of that name, whose publication waits for the test's answer. */
class HeldVersions implements Disposable {
  readonly folder = new TemporaryFolder("versions");
  readonly published: { site: CompiledSite; answer: (refusal?: string) => void }[] = [];
  readonly logged: string[] = [];
  readonly versions: ScriptVersions;

  constructor() {
    const log = ({ site }: { site: string }, message: string): void =>
      void this.logged.push(`${site}: ${message}`);
    this.versions = new ScriptVersions({
      sites: ["a", "b"].map((name) => {
        const script = this.folder.write(`${name}.ts`, answering("one"));
        return { name, scripts: [script] } as unknown as SiteConfig;
      }),
      compile: compileSite,
      publish: (site, { accepted }) => {
        const { promise, resolve } = Promise.withResolvers<string | undefined>();
        const answer = (refusal?: string): void => {
          if (refusal === undefined) accepted();
          resolve(refusal);
        };
        this.published.push({ site, answer });
        return promise;
      },
      logger: { debug: log, info: log, warn: log, error: log } as unknown as Logger,
      dev: false,
    });
  }

  async publication(index: number) {
    await until(`publication ${index}`, () => this.published.length > index);
    return this.published[index]!;
  }

  /** Times that the site's files turned out to hold nothing new. */
  unchanged(site: string): number {
    return this.logged.filter((line) => line === `${site}: script unchanged`).length;
  }

  [Symbol.dispose](): void {
    this.versions.close();
    this.folder[Symbol.dispose]();
  }
}

const answering = (text: string): string => `export default () => new Response("${text}");\n`;

test("a version that was refused while its save went on is not tried again at the end of the save, but at the next one", async () => {
  using held = new HeldVersions();
  assert.deepEqual(await held.versions.compileAll(), []);

  held.folder.write("a.ts", answering("bad"));
  const first = await held.publication(0);
  held.folder.write("a.ts", answering("bad"));
  // A look may have been under way, past a already; the one that finds the second change of b began later, so it noticed a.
  for (const [index, text] of [
    [1, "two"],
    [2, "three"],
  ] as const) {
    held.folder.write("b.ts", answering(text));
    (await held.publication(index)).answer();
  }
  const before = held.unchanged("a");
  first.answer("a worker has ended");
  await until("the end of the save is compiled", () => held.unchanged("a") > before);
  assert.deepEqual(
    held.published.map(({ site }) => site.site),
    ["a", "b", "b"],
  );

  held.folder.write("a.ts", answering("bad"));
  assert.equal((await held.publication(3)).site.site, "a");
});
