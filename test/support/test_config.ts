import type { Config, ListenAddress, ListenerConfig, SiteConfig } from "../../core/config/config.ts";
import { configSection } from "../../core/config/fields.ts";
import { resolveConfig } from "../../core/config/resolve_config.ts";
import { siteFilesSection } from "../../core/config/site_files_fields.ts";
import { defaultsOf, ValueReader } from "../../core/config/value_reader.ts";

/** The configuration that an empty file would be if it were allowed; tests name only what they are about. */
export function testConfig(changes: Partial<Config> = {}): Config {
  const config = resolveConfig(defaultsOf(configSection), new ValueReader({ folder: "/" }), undefined);
  return { ...config, ...changes };
}

/** A listener of plain HTTP. */
export function testListener(address: ListenAddress, changes: Partial<ListenerConfig> = {}): ListenerConfig {
  return { address, tls: false, http2: true, redirect: undefined, proxyProtocol: [], ...changes };
}

/** How a site's files are sent unless it says otherwise. */
export const siteFiles = defaultsOf(siteFilesSection) as SiteConfig["files"];
