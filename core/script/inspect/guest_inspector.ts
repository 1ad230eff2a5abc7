import type ivm from "isolated-vm";

/** Milliseconds until a message that got no response is followed by a nudge; doubled with each one. */
const FIRST_NUDGE = 10;
const LONGEST_NUDGE = 1_000;
/** Above every number a client uses. */
const NUDGE_ID = 0x7fffffff;
const NUDGE = JSON.stringify({ id: NUDGE_ID, method: "Runtime.getIsolateId" });

/**
 * A session of V8's inspector (Chrome DevTools Protocol) with one isolate. While the isolate is paused at a
 * breakpoint isolated-vm waits for messages, and now and then misses one (`runMessageLoopOnPause` waits for a
 * signal without having looked at its queue). So messages without a response are followed by others, which make it
 * look again.
 */
export class GuestInspector {
  readonly #session: ivm.InspectorSession;
  readonly #isolate: ivm.Isolate;
  readonly #ended: () => void;
  /** Numbers of the messages that wait for a response. */
  readonly #waiting = new Set<number>();
  #nudge: NodeJS.Timeout | undefined;
  #isOver = false;

  /**
   * @param receive gets responses and notifications, JSON, never while the isolate waits for it.
   * @param ended is called once, when the session is over or the isolate is found to have ended.
   */
  constructor(
    session: ivm.InspectorSession,
    isolate: ivm.Isolate,
    receive: (message: string) => void,
    ended: () => void,
  ) {
    this.#session = session;
    this.#isolate = isolate;
    this.#ended = ended;
    // Called without Node's scope around it: promises would not go on until something else happens.
    session.onResponse = (id, message) => setImmediate(() => this.#responded(id, message, receive));
    session.onNotification = (message) => {
      setImmediate(() => {
        if (!this.#isOver) receive(message);
      });
    };
  }

  /** `message` is the JSON of a message with that `id`, an integer. Returns false when the isolate has ended. */
  dispatch(id: number, message: string): boolean {
    if (!this.#isAlive()) return false;
    this.#waiting.add(id);
    this.#session.dispatchProtocolMessage(message);
    clearTimeout(this.#nudge);
    this.#nudgeAfter(FIRST_NUDGE);
    return true;
  }

  /** A paused isolate goes on. Returns the numbers of the messages that will get no response. */
  dispose(): number[] {
    const unanswered = [...this.#waiting];
    this.#waiting.clear();
    if (this.#isAlive()) {
      this.#end();
      this.#session.dispose();
    }
    return unanswered;
  }

  /** A message to an isolate that has ended would end the process. */
  #isAlive(): boolean {
    if (this.#isolate.isDisposed) this.#end();
    return !this.#isOver;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#nudge);
    this.#ended();
  }

  #responded(id: number, message: string, receive: (message: string) => void): void {
    if (this.#isOver || id === NUDGE_ID) return;
    this.#waiting.delete(id);
    receive(message);
    // What the debugger evaluated may have used up the memory.
    this.#isAlive();
  }

  #nudgeAfter(milliseconds: number): void {
    this.#nudge = setTimeout(() => {
      if (this.#waiting.size === 0 || !this.#isAlive()) return;
      this.#session.dispatchProtocolMessage(NUDGE);
      this.#nudgeAfter(Math.min(2 * milliseconds, LONGEST_NUDGE));
    }, milliseconds);
  }
}
