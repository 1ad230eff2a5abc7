import type { SiteConfig } from "../config/config.ts";
import type { SiteFiles } from "../files/site_files.ts";
import type { SiteMetrics } from "../observe/metrics/site_metrics.ts";
import type { SiteScripts } from "../script/site_scripts.ts";
import type { ResponseCache } from "./response_cache/response_cache.ts";

/** A site at work in this worker. */
export interface Site {
  readonly config: SiteConfig;
  /** Undefined when the site has no scripts. */
  readonly scripts: SiteScripts | undefined;
  readonly files: SiteFiles;
  readonly metrics: SiteMetrics;
  /** Undefined when nothing is kept: no scripts, or no memory for it. */
  readonly cache: ResponseCache | undefined;
}

/** Finds the site of a request: exact host, then the longest `*.` suffix, then the default. */
export class SiteTable {
  readonly #exact = new Map<string, Site>();
  readonly #suffixes = new Map<string, Site>();
  #default: Site | undefined;

  add(site: Site): void {
    for (const host of site.config.hosts) {
      if (host === "*") this.#default = site;
      else if (host.startsWith("*.")) this.#suffixes.set(host.slice(2), site);
      else this.#exact.set(host, site);
    }
  }

  /** `host` in lower case without port. */
  find(host: string): Site | undefined {
    return this.findNamed(host) ?? this.#default;
  }

  /** The site that names the host, as itself or by its suffix. */
  findNamed(host: string): Site | undefined {
    const exact = this.#exact.get(host);
    if (exact !== undefined) return exact;
    if (this.#suffixes.size > 0) {
      for (let dot = host.indexOf("."); dot !== -1; dot = host.indexOf(".", dot + 1)) {
        const site = this.#suffixes.get(host.slice(dot + 1));
        if (site !== undefined) return site;
      }
    }
    return undefined;
  }
}
