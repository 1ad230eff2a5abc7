import { getHeapStatistics } from "node:v8";
import { residentMemory } from "../../observe/resident_memory.ts";

/**
 * Whose scripts make the process grow, once its memory comes near a limit. What an isolate may use is limited by
 * itself; this is about what scripts make the host keep: answers that slow clients do not read, bodies, operations.
 * Asking the kernel costs 8 microseconds, so far from a limit nobody is asked.
 */
export class MemoryGrowth {
  /** Bytes from which on accounts are kept. */
  readonly #threshold: number;
  readonly #resident: () => number | undefined;
  /** Net bytes since then, by site. */
  #growth: number[] = [];
  /** Resident bytes when accounts were opened; undefined as long as there is no need. */
  #before: number | undefined;
  #now = 0;
  /** Entered last. */
  #site = -1;

  /** @param limit bytes of resident memory at which the process is ended; its heap has a limit of its own. */
  constructor(limit: number, resident: () => number | undefined = residentMemory) {
    this.#threshold = Math.min(limit, getHeapStatistics().heap_size_limit) / 2;
    this.#resident = resident;
  }

  /** Opens or closes the accounts. To be called a few times a second. */
  check(): void {
    const resident = this.#resident();
    if (resident === undefined) return;
    if (resident < this.#threshold) {
      this.#before = undefined;
    } else if (this.#before === undefined) {
      this.#before = resident;
      this.#now = resident;
      this.#growth = [];
      this.#site = -1;
    }
  }

  /** An entry into a site begins: what has come since the last one began is on the account of that one's site. */
  entering(site: number): void {
    if (this.#before === undefined) return;
    const resident = this.#resident() ?? this.#now;
    if (this.#site !== -1) {
      this.#growth[this.#site] = (this.#growth[this.#site] ?? 0) + resident - this.#now;
    }
    this.#site = site;
    this.#now = resident;
  }

  /** The site that made up more than half of the growth, -1 when none did. */
  get grower(): number {
    if (this.#before === undefined) return -1;
    const half = (this.#now - this.#before) / 2;
    return half <= 0 ? -1 : this.#growth.findIndex((bytes) => bytes > half);
  }
}
