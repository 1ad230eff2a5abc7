import { availableParallelism } from "node:os";
import { adminSection } from "./admin_fields.ts";
import { backendSection, type WrittenBackend } from "./backend_fields.ts";
import { cacheSection } from "./cache_fields.ts";
import { compressionSection, type WrittenCompression } from "./compression_fields.ts";
import type { Config, FilesConfig, LogConfig } from "./config.ts";
import type { Section } from "./field.ts";
import { newFile } from "./file_formats.ts";
import { httpSection } from "./http_fields.ts";
import { http2Section } from "./http2_fields.ts";
import { isolatesSection, type WrittenIsolates } from "./isolates_fields.ts";
import { listenerSection, type WrittenListener } from "./listener_fields.ts";
import { backendName } from "./name_formats.ts";
import { originsSection } from "./origins_fields.ts";
import { proxiesSection, type WrittenProxies } from "./proxies_fields.ts";
import { siteSection, type WrittenSite } from "./site_fields.ts";
import { tlsSection, type WrittenTls } from "./tls_fields.ts";
import { traceSection } from "./trace_fields.ts";
import { quarantineSection, type WrittenWatchdog, watchdogSection } from "./watchdog_fields.ts";

/** A whole configuration as it is written, before references are resolved. */
export interface WrittenConfig
  extends Omit<
    Config,
    | "file"
    | "listen"
    | "sites"
    | "backends"
    | "workers"
    | "watchdog"
    | "isolates"
    | "tls"
    | "proxies"
    | "compression"
  > {
  readonly listen: readonly (WrittenListener | undefined)[] | undefined;
  readonly workers: number | undefined;
  readonly sites: readonly (WrittenSite | undefined)[] | undefined;
  readonly backends: Readonly<Record<string, WrittenBackend | undefined>>;
  readonly tls: WrittenTls;
  readonly proxies: WrittenProxies;
  readonly compression: WrittenCompression;
  readonly watchdog: WrittenWatchdog;
  readonly isolates: WrittenIsolates;
}

const filesSection: Section<FilesConfig> = {
  title: "files",
  doc: "What a worker keeps of files: what `stat` tells, for static files and scripts alike, and small files.",
  fields: {
    statAge: {
      doc: "Time a result, also that a file is missing, is believed. 0 asks the disk each time.",
      type: { kind: "duration", minimum: 0, maximum: 3_600_000 },
      default: "1s",
    },
    statEntries: {
      doc: "Paths the cache holds.",
      type: { kind: "integer", minimum: 1, maximum: 10_000_000 },
      default: 10_000,
    },
    memory: {
      doc: "Memory for small files (64 KB and less) that were sent; 0 keeps none.",
      type: { kind: "size", unit: "bytes", minimum: 0, maximum: 1024 ** 4 },
      default: "32mb",
    },
  },
};

const logSection: Section<LogConfig> = {
  title: "log",
  doc: "The log goes to standard output, one JSON object a line.",
  fields: {
    level: {
      doc: "The least severe messages that are logged. The environment variable `LODESTONE_LOG_LEVEL` wins over it.",
      type: { kind: "choice", values: ["trace", "debug", "info", "warn", "error", "silent"] },
      default: "info",
    },
    access: { doc: "Whether each request is logged.", type: { kind: "boolean" }, default: true },
  },
};

/** The whole configuration, declared once. */
export const configSection: Section<WrittenConfig> = {
  title: "Top level",
  doc: "The keys of the file itself.",
  fields: {
    listen: {
      doc: "Addresses to listen on, each alone or with what is spoken there.",
      type: {
        kind: "list",
        of: { kind: "section", section: listenerSection, short: "address" },
        minimum: 1,
      },
      default: ["127.0.0.1:8080"],
    },
    workers: {
      doc: "Worker processes; `auto` is one for each core.",
      type: { kind: "integer", minimum: 1, maximum: 1024, words: { auto: availableParallelism } },
      default: "auto",
    },
    sites: {
      doc: "The sites, at least one. The order does not matter: the most specific host wins.",
      type: { kind: "list", of: { kind: "section", section: siteSection }, minimum: 1 },
      required: true,
    },
    backends: {
      doc: "Backends by name. Sites name one as their `backend`, scripts choose one by `request.backend`.",
      type: {
        kind: "table",
        of: { kind: "section", section: backendSection, short: "server" },
        names: backendName,
      },
    },
    origins: { doc: originsSection.doc, type: { kind: "section", section: originsSection } },
    http: { doc: httpSection.doc, type: { kind: "section", section: httpSection } },
    http2: { doc: http2Section.doc, type: { kind: "section", section: http2Section } },
    tls: { doc: tlsSection.doc, type: { kind: "section", section: tlsSection } },
    proxies: { doc: proxiesSection.doc, type: { kind: "section", section: proxiesSection } },
    files: { doc: filesSection.doc, type: { kind: "section", section: filesSection } },
    compression: { doc: compressionSection.doc, type: { kind: "section", section: compressionSection } },
    cache: { doc: cacheSection.doc, type: { kind: "section", section: cacheSection } },
    admin: { doc: adminSection.doc, type: { kind: "section", section: adminSection, short: "listen" } },
    log: { doc: logSection.doc, type: { kind: "section", section: logSection } },
    dev: {
      doc:
        "For development: when a script fails, the browser shows the error, its place in the source and the lines " +
        "around it, and a script that does not compile does not keep the proxy from starting. Everyone who can send " +
        "a request can read that.",
      type: { kind: "boolean" },
      default: false,
    },
    trace: { doc: traceSection.doc, type: { kind: "section", section: traceSection } },
    watchdog: { doc: watchdogSection.doc, type: { kind: "section", section: watchdogSection } },
    quarantine: { doc: quarantineSection.doc, type: { kind: "section", section: quarantineSection } },
    isolates: { doc: isolatesSection.doc, type: { kind: "section", section: isolatesSection } },
    drainTimeout: {
      doc: "Time that SIGTERM waits for open exchanges before it cuts them off.",
      type: { kind: "duration", minimum: 0, maximum: 24 * 3_600_000 },
      default: "30s",
    },
    reloadTimeout: {
      doc:
        "Time that workers replaced by a reload or an upgrade may take to finish what is still open in them, WebSockets " +
        "above all; then it is cut off.",
      type: { kind: "duration", minimum: 0, maximum: 24 * 24 * 3_600_000 },
      default: "24h",
    },
    pidFile: {
      doc: "File that tells the process id, for `lodestone reload` and `lodestone upgrade`.",
      type: { kind: "text", format: newFile },
    },
  },
};

/** Levels of the log, for `LODESTONE_LOG_LEVEL`. */
export const logLevel = logSection.fields.level;
