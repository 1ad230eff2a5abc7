import { backendSection, type WrittenBackend } from "./backend_fields.ts";
import type { WrittenServer } from "./backend_server.ts";
import type { BackendConfig, Config, SiteConfig } from "./config.ts";
import type { WrittenConfig } from "./fields.ts";
import { defaultIsolatesMemory } from "./isolates_fields.ts";
import type { BackendReference } from "./name_formats.ts";
import { present, values } from "./readable_items.ts";
import { resolveListen, resolveTls } from "./resolve_listen.ts";
import type { WrittenSite } from "./site_fields.ts";
import { didYouMean } from "./suggestion.ts";
import { quoteValue } from "./value_error.ts";
import { defaultsOf, type ValueReader } from "./value_reader.ts";
import { defaultWorkerMemory } from "./watchdog_fields.ts";

/**
 * The rules that concern several values at once: references to backends, hosts and listeners that are there
 * twice. Reports to the reader, and gives a configuration that is only to be used when the reader has no problem.
 */
export function resolveConfig(written: WrittenConfig, reader: ValueReader, file: string | undefined): Config {
  const backends = new Map<string, BackendConfig>();
  for (const [name, backend] of Object.entries(written.backends)) {
    const resolved = resolveBackend(name, backend, reader);
    if (resolved !== undefined) backends.set(name, resolved);
  }
  const sites = resolveSites(written, backends, reader);
  checkHosts(written, reader);
  const workers = written.workers ?? 1;
  const workerMemory = written.watchdog?.memory ?? defaultWorkerMemory(workers);
  return {
    file,
    listen: resolveListen(written, reader),
    workers,
    sites,
    backends: Object.fromEntries(backends),
    origins: written.origins,
    http: written.http,
    http2: written.http2,
    tls: resolveTls(written, reader),
    proxies: { ...written.proxies, trusted: values(written.proxies?.trusted) },
    files: written.files,
    compression: { ...written.compression, encodings: values(written.compression?.encodings) },
    cache: written.cache,
    admin: written.admin,
    log: written.log,
    dev: written.dev,
    trace: written.trace,
    watchdog: { ...written.watchdog, memory: workerMemory },
    quarantine: written.quarantine,
    isolates: {
      ...written.isolates,
      memory: written.isolates?.memory ?? defaultIsolatesMemory(workerMemory),
    },
    drainTimeout: written.drainTimeout,
    reloadTimeout: written.reloadTimeout,
    pidFile: written.pidFile,
  };
}

function resolveBackend(
  name: string,
  written: WrittenBackend | undefined,
  reader: ValueReader,
): BackendConfig | undefined {
  if (written === undefined) return undefined;
  const path = `backends.${name.replaceAll(".", ":")}`;
  const one = reader.has(`${path}.server`);
  if (one && reader.has(`${path}.servers`)) {
    reader.report(`${path}.servers`, '"server" and "servers" exclude each other');
  } else if (!one && !reader.has(`${path}.servers`)) {
    reader.report(path, `the backend ${quoteValue(name)} has no "server"`);
  } else if ((written.servers?.length ?? 0) > 1) {
    reader.report(`${path}.servers.1`, "several servers in one backend come later; for now there is one");
  }
  const server = written.server ?? written.servers?.[0];
  return server && backendOf(name, server, written);
}

function backendOf(name: string, server: WrittenServer, written: WrittenBackend): BackendConfig {
  const { tls, host, port, path } = server;
  const { server: _, servers: __, ...settings } = written;
  return { ...settings, name, server: { tls, host, port, path } };
}

/** Adds the backends that sites name by their URLs. */
function resolveSites(
  written: WrittenConfig,
  backends: Map<string, BackendConfig>,
  reader: ValueReader,
): SiteConfig[] {
  const names = Object.keys(written.backends);
  const sites = present(written.sites).map(([site, index]) => {
    const backend = resolveReference(site.backend, `sites.${index}.backend`, names, reader);
    if (site.backend?.server !== undefined) {
      const { name, server } = site.backend;
      backends.set(name, backendOf(name, server, defaultsOf(backendSection)));
    }
    checkAllowedBackends(site, index, names, reader);
    return resolveSite(site, index, backend, reader);
  });
  return sites.map((site) => ({ ...site, name: siteName(site, sites) }));
}

function resolveReference(
  reference: BackendReference | undefined,
  path: string,
  names: readonly string[],
  reader: ValueReader,
): string | undefined {
  if (reference === undefined) return undefined;
  if (reference.server === undefined && !names.includes(reference.name)) {
    reportUnknown(reference.name, path, names, 'add it to "backends", or name a URL here', reader);
  }
  return reference.name;
}

function checkAllowedBackends(
  site: WrittenSite,
  index: number,
  names: readonly string[],
  reader: ValueReader,
): void {
  for (const [name, place] of present(site.allow?.backends)) {
    if (names.includes(name)) continue;
    reportUnknown(name, `sites.${index}.allow.backends.${place}`, names, 'add it to "backends"', reader);
  }
}

function reportUnknown(
  name: string,
  path: string,
  names: readonly string[],
  remedy: string,
  reader: ValueReader,
): void {
  const known = names.length === 0 ? `; there are none: ${remedy}` : `; known: ${names.join(", ")}`;
  reader.report(path, `there is no backend ${quoteValue(name)}${didYouMean(name, names) || known}`);
}

function resolveSite(
  site: WrittenSite,
  index: number,
  backend: string | undefined,
  reader: ValueReader,
): SiteConfig {
  const scripts = present(site.scripts);
  for (const [script, place] of scripts) {
    if (scripts.some(([other, earlier]) => other === script && earlier < place)) {
      reader.report(`sites.${index}.scripts.${place}`, "the same script is already in this list");
    }
  }
  return {
    name: "",
    hosts: values(site.hosts),
    scripts: values(site.scripts),
    root: site.root,
    backend,
    env: site.env,
    allow: {
      files: values(site.allow?.files),
      origins: values(site.allow?.origins),
      backends: site.allow?.backends && values(site.allow.backends),
    },
    files: { ...site.files, index: values(site.files?.index) },
    limits: site.limits,
  };
}

/** `site` for the default one, else the first host; a host may be called `site` too, then the default one is `*`. */
function siteName(site: SiteConfig, sites: readonly SiteConfig[]): string {
  const host = site.hosts[0] ?? "*";
  if (host !== "*") return host;
  return sites.some((other) => other.hosts[0] === "site") ? "*" : "site";
}

function checkHosts(written: WrittenConfig, reader: ValueReader): void {
  const owners = new Map<string, number>();
  for (const [site, index] of present(written.sites)) {
    for (const [host, place] of present(site.hosts)) {
      const owner = owners.get(host);
      if (owner === undefined) owners.set(host, index);
      else {
        const whose = owner === index ? "this site already" : `site ${owner + 1} of the list`;
        reader.report(`sites.${index}.hosts.${place}`, `the host ${quoteValue(host)} belongs to ${whose}`);
      }
    }
  }
}
