/** Milliseconds that are looked back. */
const WINDOW = 10_000;

interface Loss {
  readonly at: number;
  readonly milliseconds: number;
}

/** Which share of each worker's time sites have used up lately. */
export class LossWindow {
  readonly #now: () => number;
  readonly #workers = new WeakMap<object, Map<string, Loss[]>>();
  /** When what a site has used up before no longer counts. */
  readonly #forgotten = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns the share, 0 to 1 or a little more, of that worker's last ten seconds. */
  add(worker: object, site: string, milliseconds: number): number {
    const at = this.#now();
    let sites = this.#workers.get(worker);
    if (sites === undefined) {
      sites = new Map();
      this.#workers.set(worker, sites);
    }
    const since = Math.max(at - WINDOW, this.#forgotten.get(site) ?? 0);
    const losses = (sites.get(site) ?? []).filter((loss) => loss.at > since);
    losses.push({ at, milliseconds });
    sites.set(site, losses);
    return losses.reduce((sum, loss) => sum + loss.milliseconds, 0) / WINDOW;
  }

  forget(site: string): void {
    this.#forgotten.set(site, this.#now());
  }
}
