import type { SiteConfig } from "../config/config.ts";
import { formatFault } from "../config/fault.ts";
import type { Logger } from "../observe/logger.ts";
import { brokenSite } from "../script/compile/broken_site.ts";
import type { CompiledSite } from "../script/compile/compiled_site.ts";
import { ScriptError } from "../script/compile/script_error.ts";
import type { LoadOptions } from "./load_round.ts";
import type { SiteRecords } from "./metrics/site_records.ts";
import { ScriptWatch } from "./script_watch.ts";

/** Compiles one version; `compileSite`. */
export type CompileSite = (site: SiteConfig, version: number) => Promise<CompiledSite>;

export interface ScriptVersionsOptions {
  readonly sites: readonly SiteConfig[];
  /** Numbers of the versions before, by site: the first ones here are the next. */
  readonly versions?: ReadonlyMap<string, number> | undefined;
  readonly compile: CompileSite;
  /** Hands a version to the workers; resolves to why one refused it, or undefined. */
  readonly publish: (site: CompiledSite, options: LoadOptions) => Promise<string | undefined>;
  readonly logger: Logger;
  /** Keeps what becomes of versions. */
  readonly records?: SiteRecords | undefined;
  /** Whether the workers are to know of scripts that do not compile, to tell their author in the browser. */
  readonly dev: boolean;
}

/** Sites compiled at the same time: esbuild takes memory for each. */
const PARALLEL = 64;

interface SiteVersions {
  readonly config: SiteConfig;
  /** The last version that compiled and was not refused. */
  current: CompiledSite | undefined;
  /** Why the newest does not compile. */
  broken: CompiledSite | undefined;
  /** Number of the last version that compiled. */
  version: number;
  /** Code of the version that the workers have. */
  code: string | undefined;
  /**
   * Code that the workers were given last, refused or not. A save noticed in its middle is noticed again at its end: when
   * that is the same code, it is not tried a second time, for it may end workers. The next save tries it again.
   */
  tried: string | undefined;
  /** A compilation is under way. */
  busy: boolean;
  /** Files changed while one was. */
  again: boolean;
}

/** The versions of every site's scripts: compiles, watches, compiles again, and keeps what works. */
export class ScriptVersions {
  readonly #options: ScriptVersionsOptions;
  readonly #sites = new Map<string, SiteVersions>();
  readonly #watch: ScriptWatch;
  #closed = false;

  constructor(options: ScriptVersionsOptions) {
    this.#options = options;
    for (const config of options.sites) {
      this.#sites.set(config.name, {
        config,
        current: undefined,
        broken: undefined,
        version: options.versions?.get(config.name) ?? 0,
        code: undefined,
        tried: undefined,
        busy: false,
        again: false,
      });
    }
    this.#watch = new ScriptWatch({
      onChange: (sites) => {
        for (const site of sites) this.#changed(this.#sites.get(site)!);
      },
      onDegraded: (folder, error) => {
        options.logger.warn({ folder, reason: error.message }, "scripts are polled, not watched");
      },
    });
  }

  /** The versions that serve; of a site without one, when `dev` is on, why not. */
  get current(): CompiledSite[] {
    return [...this.#sites.values()].flatMap(({ current, broken }) => current ?? broken ?? []);
  }

  /** Numbers of the newest versions, by site. */
  get versions(): Map<string, number> {
    return new Map(Array.from(this.#sites, ([name, { version }]) => [name, version]));
  }

  /**
   * Compiles every site for the first time and begins to watch. Returns one error per site that does not compile;
   * when `dev` is on, only errors that are not of the scripts.
   */
  async compileAll(): Promise<Error[]> {
    const since = Date.now();
    const errors = new Map<SiteVersions, Error>();
    // Shared by the lanes: each takes the next one.
    const next = this.#sites.values();
    const lane = async (): Promise<void> => {
      for (const site of next) {
        await this.#compileFirst(site, since).catch((error) => errors.set(site, asError(error)));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, lane));
    return [...this.#sites.values()].flatMap((site) => errors.get(site) ?? []);
  }

  /** Stops watching; a compilation under way comes to nothing. */
  close(): void {
    this.#closed = true;
    this.#watch.close();
  }

  async #compileFirst(site: SiteVersions, since: number): Promise<void> {
    const compiled = await this.#firstVersion(site, since);
    if (compiled === undefined) return;
    Object.assign(site, { current: compiled, version: compiled.version, code: compiled.code });
    this.#watch.watch(site.config.name, compiled.inputs, since);
  }

  async #firstVersion(site: SiteVersions, since: number): Promise<CompiledSite | undefined> {
    try {
      return await this.#options.compile(site.config, site.version + 1);
    } catch (error) {
      if (!this.#options.dev || !(error instanceof ScriptError)) throw error;
      this.#onFailure(site, error, since);
      return undefined;
    }
  }

  #changed(site: SiteVersions): void {
    site.again = site.busy;
    if (site.busy) return;
    site.tried = undefined;
    this.#recompile(site);
  }

  #recompile(site: SiteVersions): void {
    if (this.#closed) return;
    site.busy = true;
    // Never rejects: every failure is logged below.
    void this.#compile(site).finally(() => {
      site.busy = false;
      const again = site.again;
      site.again = false;
      if (again) this.#recompile(site);
    });
  }

  async #compile(site: SiteVersions): Promise<void> {
    const started = performance.now();
    const since = Date.now();
    const name = site.config.name;
    let compiled: CompiledSite;
    try {
      compiled = await this.#options.compile(site.config, site.version + 1);
    } catch (error) {
      if (!this.#closed) this.#onFailure(site, asError(error), since);
      return;
    }
    if (this.#closed) return;
    this.#watch.watch(name, compiled.inputs, since);
    if (compiled.code === site.code || compiled.code === site.tried) {
      this.#options.logger.debug({ site: name, version: site.version }, "script unchanged");
      return;
    }
    await this.#publish(site, compiled, started);
  }

  async #publish(site: SiteVersions, compiled: CompiledSite, started: number): Promise<void> {
    const before = site.current;
    site.version = compiled.version;
    site.tried = compiled.code;
    const refusal = await this.#options.publish(compiled, {
      hasTrial: compiled.code !== before?.code,
      accepted: () => Object.assign(site, { current: compiled, broken: undefined, code: compiled.code }),
    });
    const details = { site: compiled.site, version: compiled.version };
    if (refusal === undefined) {
      const milliseconds = Math.round(performance.now() - started);
      this.#options.logger.info({ ...details, milliseconds }, "script reloaded");
      this.#options.records?.loaded(compiled.site, compiled.version);
      return;
    }
    this.#options.records?.failed(compiled.site, refusal);
    const serving = site.current?.version;
    this.#options.logger.error(
      { ...details, serving, reason: refusal },
      serving === compiled.version
        ? "script cannot be loaded by every worker; there the version before it goes on serving"
        : "script cannot be loaded; the version before it goes on serving",
    );
  }

  #onFailure(site: SiteVersions, error: Error, since: number): void {
    const name = site.config.name;
    const details = { site: name, serving: site.current?.version };
    if (error instanceof ScriptError) {
      const faults = error.faults.map(formatFault);
      this.#options.records?.failed(name, faults.join("\n"));
      const serving = site.current === undefined ? "" : "; the version before it goes on serving";
      this.#options.logger.error(
        { ...details, faults },
        `script does not compile${serving}: ${faults[0]?.split("\n")[0]}`,
      );
      if (this.#options.dev) this.#tell(site, error);
      const inputs = [...(site.current?.inputs ?? []), ...error.inputs];
      this.#watch.watch(name, inputs, since);
      return;
    }
    this.#options.logger.error({ ...details, err: error }, "script could not be compiled");
  }

  /** Lets the workers show why there is nothing they could run. */
  #tell(site: SiteVersions, error: ScriptError): void {
    site.broken = brokenSite(site.config.name, site.version, error);
    // Code that was published stays known; that what follows it is the same again must not hide it.
    site.code = undefined;
    site.tried = undefined;
    // Whether they know it changes nothing; a refusal is not possible.
    void this.#options.publish(site.broken, { hasTrial: false, accepted: () => {} });
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
