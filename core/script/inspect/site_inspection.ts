import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { SiteConfig } from "../../config/config.ts";
import type { SiteIsolate } from "../site_isolate.ts";
import type { Inspection } from "../site_scripts.ts";
import { type InspectorClient, InspectorConnection } from "./inspector_connection.ts";

/** A site as debuggers find it: a target, to which one of them at a time connects. */
export class SiteInspection implements Inspection {
  /** Names the target in URLs; nobody can guess it. */
  readonly id = randomUUID();
  readonly title: string;
  /** `file:` URL of the first script. */
  readonly url: string;
  readonly #prepare: () => void;
  #isolate: SiteIsolate | undefined;
  #connection: InspectorConnection | undefined;

  /** @param prepare makes the isolate when there is none; may throw, when no version can be loaded. */
  constructor(site: SiteConfig, prepare: () => void) {
    this.title = site.name;
    this.url = pathToFileURL(site.scripts[0] ?? "/").href;
    this.#prepare = prepare;
  }

  use(isolate: SiteIsolate): void {
    this.#isolate = isolate;
    this.#connection?.use(isolate);
  }

  /** Undefined when a debugger is connected already. */
  connect(client: InspectorClient): InspectorConnection | undefined {
    if (this.#connection !== undefined) return undefined;
    try {
      this.#prepare();
    } catch {
      // The log says why. A version that works will come by `use`.
    }
    this.#connection = new InspectorConnection(this.title, client);
    if (this.#isolate !== undefined) this.#connection.use(this.#isolate);
    return this.#connection;
  }

  disconnect(connection: InspectorConnection): void {
    connection.close();
    if (this.#connection === connection) this.#connection = undefined;
  }
}
