import assert from "node:assert/strict";
import test from "node:test";
import { ChangeQueue } from "../../core/supervisor/change_queue.ts";

/** Changes that a test lets end one by one. */
class Changes {
  readonly queue = new ChangeQueue();
  readonly begun: string[] = [];
  readonly #ends = new Map<string, PromiseWithResolvers<string>>();

  /** `what` tells this change from others of its name. */
  ask(name: string, what = name): Promise<string> {
    return this.queue.run(name, async () => {
      this.begun.push(what);
      const end = Promise.withResolvers<string>();
      this.#ends.set(what, end);
      return await end.promise;
    });
  }

  async end(what: string, error?: Error): Promise<void> {
    const { resolve, reject } = this.#ends.get(what)!;
    if (error === undefined) resolve(`outcome of ${what}`);
    else reject(error);
    await turn();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("changes run one after the other, in the order they were asked for", async () => {
  const changes = new Changes();
  const asked = [changes.ask("start"), changes.ask("reload"), changes.ask("upgrade")];
  await turn();
  assert.deepEqual(changes.begun, ["start"]);
  await changes.end("start");
  assert.deepEqual(changes.begun, ["start", "reload"]);
  await changes.end("reload");
  await changes.end("upgrade");
  assert.deepEqual(await Promise.all(asked), ["outcome of start", "outcome of reload", "outcome of upgrade"]);
});

test("whoever asks for what still waits gets the outcome of that", async () => {
  const changes = new Changes();
  const start = changes.ask("start");
  const first = changes.ask("reload", "the first reload");
  const second = changes.ask("reload", "the second reload");
  const upgrade = changes.ask("upgrade");
  await turn();
  await changes.end("start");
  await changes.end("the first reload");
  await changes.end("upgrade");
  assert.deepEqual(changes.begun, ["start", "the first reload", "upgrade"]);
  assert.equal(await first, "outcome of the first reload");
  assert.equal(await second, await first);
  await Promise.all([start, upgrade]);
});

test("but not of one that has begun: that may have read what was changed since", async () => {
  const changes = new Changes();
  const first = changes.ask("reload", "the first reload");
  await turn();
  const second = changes.ask("reload", "the second reload");
  const third = changes.ask("reload", "the third reload");
  await changes.end("the first reload");
  await changes.end("the second reload");
  assert.equal(await first, "outcome of the first reload");
  assert.equal(await second, "outcome of the second reload");
  assert.equal(await third, "outcome of the second reload");
  assert.deepEqual(changes.begun, ["the first reload", "the second reload"]);
});

test("one that fails tells all who have asked for it, and keeps none behind it from running", async () => {
  const changes = new Changes();
  const start = changes.ask("start");
  const reloads = [changes.ask("reload"), changes.ask("reload")];
  const upgrade = changes.ask("upgrade");
  await turn();
  await changes.end("start");
  const failed = Promise.allSettled(reloads);
  await changes.end("reload", new Error("no"));
  assert.deepEqual(
    (await failed).map(({ status }) => status),
    ["rejected", "rejected"],
  );
  await changes.end("upgrade");
  assert.equal(await upgrade, "outcome of upgrade");
  await start;
});
