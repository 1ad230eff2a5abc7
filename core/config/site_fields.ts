import type { ScriptLimits, SiteConfig } from "./config.ts";
import type { Section } from "./field.ts";
import { folder, scriptFile } from "./file_formats.ts";
import { hostPattern } from "./host_pattern.ts";
import {
  anyText,
  type BackendReference,
  backendName,
  backendReference,
  variableName,
} from "./name_formats.ts";
import { originPattern } from "./origin_pattern.ts";
import { siteFilesSection, type WrittenSiteFiles } from "./site_files_fields.ts";

/** A site as it is written. Items of lists that had a fault are undefined, so that the others keep their places. */
export interface WrittenSite
  extends Omit<SiteConfig, "name" | "hosts" | "scripts" | "backend" | "allow" | "files"> {
  readonly hosts: readonly (string | undefined)[] | undefined;
  readonly scripts: readonly (string | undefined)[] | undefined;
  readonly backend: BackendReference | undefined;
  readonly allow: WrittenAllow;
  readonly files: WrittenSiteFiles;
}

interface WrittenAllow {
  readonly files: readonly (string | undefined)[] | undefined;
  readonly origins: readonly (string | undefined)[] | undefined;
  readonly backends: readonly (string | undefined)[] | undefined;
}

const limitsSection: Section<ScriptLimits> = {
  title: "limits",
  doc: "What the scripts of a site may use. `cpu` and `memory` protect the other sites; the rest bounds mistakes.",
  fields: {
    cpu: {
      doc: "CPU time one entry into the isolate may take; the request that used it up gets 500. Strikes up to 2 ms later on Linux.",
      type: { kind: "duration", minimum: 1, maximum: 60_000 },
      default: "50ms",
    },
    memory: {
      doc: "Heap an isolate may use, in megabytes (a number) or as a size; then it is replaced.",
      type: { kind: "size", unit: "megabytes", minimum: 8, maximum: 4096 },
      default: "64mb",
    },
    deadline: {
      doc: "Time from handing a request to the script until it must have decided; then 504.",
      type: { kind: "duration", minimum: 1, maximum: 3_600_000 },
      default: "10s",
    },
    body: {
      doc: "Largest body a script may read into memory; above it reading fails with 413.",
      type: { kind: "size", unit: "bytes", minimum: 0, maximum: 1024 ** 3 },
      default: "1mb",
    },
    operations: {
      doc: "Operations (fetches, body reads, timers) that may be under way in one isolate.",
      type: { kind: "integer", minimum: 1, maximum: 1_000_000 },
      default: 1000,
    },
  },
};

const allowSection: Section<WrittenAllow> = {
  title: "allow",
  doc: "What scripts may reach besides their root and the site's own backend. Nothing else is reachable.",
  fields: {
    files: {
      doc: "Folders scripts may read besides the root. They must exist.",
      type: { kind: "list", of: { kind: "text", format: folder }, minimum: 0 },
      default: [],
    },
    origins: {
      doc:
        'Origins scripts may fetch: `https://api.example.com`, `"https://*.example.com"` for every name below it, ' +
        '`"*"` for every public one. A port belongs to the origin. Names that lead to private addresses stay out of ' +
        "reach; an address written as such, or `localhost`, is meant.",
      type: { kind: "list", of: { kind: "text", format: originPattern }, minimum: 0 },
      default: [],
    },
    backends: {
      doc:
        "Backends scripts may name, in `request.backend` say, besides the site's own. Without the key all of " +
        "`backends`, with `[]` none.",
      type: { kind: "list", of: { kind: "text", format: backendName }, minimum: 0 },
    },
  },
};

export const siteSection: Section<WrittenSite> = {
  title: "A site",
  doc: "Host names, the scripts their requests meet, and what comes after the scripts.",
  fields: {
    hosts: {
      doc:
        'Names it answers to, without ports: `www.example.org`, `"*.example.org"` for every name below it, `"*"` for ' +
        "every host no other site has. A value that begins with a star must be quoted. Each belongs to one site only.",
      type: { kind: "list", of: { kind: "text", format: hostPattern }, minimum: 1 },
      default: ["*"],
    },
    scripts: {
      doc:
        "TypeScript or JavaScript files, in the order in which they see a request. Relative paths start from the " +
        "folder of this file. Without any, files and the backend answer by themselves.",
      type: { kind: "list", of: { kind: "text", format: scriptFile }, minimum: 0 },
      default: [],
    },
    root: {
      doc: "Folder of the static files. Without it none are served.",
      type: { kind: "text", format: folder },
    },
    backend: {
      doc:
        "Where requests go that neither a script nor a file has answered: a name from `backends`, or the URL of a " +
        "server. Without it they get 404.",
      type: { kind: "text", format: backendReference },
    },
    env: {
      doc: "Values the scripts find in `env`, secrets above all. Scripts see nothing else of the environment.",
      type: { kind: "table", of: { kind: "text", format: anyText }, names: variableName },
    },
    allow: { doc: allowSection.doc, type: { kind: "section", section: allowSection } },
    files: { doc: siteFilesSection.doc, type: { kind: "section", section: siteFilesSection } },
    limits: { doc: limitsSection.doc, type: { kind: "section", section: limitsSection } },
  },
};
