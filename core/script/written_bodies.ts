import { HttpError } from "../http/http_error.ts";
import { ProtocolError } from "./command_reader.ts";
import { ScriptBody } from "./script_body.ts";

const NOBODY = "nobody wants more of this body";

/** How the script hears of the pieces it writes. */
interface Outcome {
  settleText(operation: number, text: string): void;
  failOperation(operation: number, name: string, message: string): void;
  releaseBody(stream: number): void;
}

/** The bodies that the scripts of one isolate write, each by the number they gave it. */
export class WrittenBodies {
  readonly #outcome: Outcome;
  readonly #abandoned: (event: string, slot: number) => void;
  /** With the exchange each belongs to. */
  readonly #bodies = new Map<number, { readonly slot: number; readonly body: ScriptBody }>();

  /** `abandoned` gets the event that tells the script that nobody wants more. */
  constructor(outcome: Outcome, abandoned: (event: string, slot: number) => void) {
    this.#outcome = outcome;
    this.#abandoned = abandoned;
  }

  get size(): number {
    return this.#bodies.size;
  }

  /** Throws `ProtocolError` when the number names another body already. */
  open(stream: number, slot: number): ScriptBody {
    if (this.#bodies.has(stream)) {
      throw new ProtocolError(`opening a body: number ${stream} names another one already`);
    }
    const body = new ScriptBody({
      taken: (operation) => this.#outcome.settleText(operation, ""),
      refused: (operation) => this.#refuse(operation),
      // Under the stream's own number, for no piece may be on its way.
      abandoned: () => this.#abandoned(`E${stream}\nAbortError\n${NOBODY}`, slot),
      closed: () => {
        this.#bodies.delete(stream);
        this.#outcome.releaseBody(stream);
      },
    });
    this.#bodies.set(stream, { slot, body });
    return body;
  }

  /** The exchange that a body belongs to, 0 for none. */
  slotOf(stream: number): number {
    return this.#bodies.get(stream)?.slot ?? 0;
  }

  write(stream: number, operation: number, bytes: Uint8Array): void {
    const known = this.#bodies.get(stream);
    if (known === undefined) this.#refuse(operation);
    else known.body.write(operation, bytes);
  }

  end(stream: number): void {
    this.#bodies.get(stream)?.body.end();
  }

  /** The script cannot go on with it, because of `error` or by itself. Returns whether somebody still wanted it. */
  fail(stream: number, error?: HttpError): boolean {
    const known = this.#bodies.get(stream);
    known?.body.fail(error ?? failure("the script's stream failed"));
    return known !== undefined;
  }

  /** Those of an exchange, or all of them, cannot go on. */
  failAll(slot: number | undefined, message: string): void {
    for (const known of this.#bodies.values()) {
      if (slot === undefined || known.slot === slot) known.body.fail(failure(message));
    }
  }

  #refuse(operation: number): void {
    this.#outcome.failOperation(operation, "AbortError", NOBODY);
  }
}

function failure(message: string): HttpError {
  return new HttpError(502, "script_body_failed", `writing a body: ${message}`);
}
