import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { type TestContext, test } from "node:test";
import { FileBody } from "../../core/files/file_body.ts";
import { OpenedFile } from "../../core/files/opened_file.ts";
import type { Run } from "../../core/files/ranges/byte_range.ts";
import { Collector } from "./collect.ts";
import { openBelow, tempFolder } from "./temp_folder.ts";

const CONTENT = Buffer.alloc(1_000_000, "0123456789abcdefghijklmnopqrstuvwxyzABC");

function makeFile(t: TestContext): { folder: string; path: string } {
  const folder = tempFolder(t);
  const path = `${folder}/big`;
  writeFileSync(path, CONTENT);
  return { folder, path };
}

test("sends the whole file, in several chunks, and closes it", async (t) => {
  const { folder, path } = makeFile(t);
  const body = new FileBody(OpenedFile.open(path), [{ start: 0, length: CONTENT.length }]);
  assert.equal(body.length, CONTENT.length);
  const collector = new Collector(body).start();
  assert.ok((await collector.finished).equals(CONTENT));
  assert.ok(collector.chunks.length > 1);
  assert.equal(openBelow(folder), 0);
});

test("sends a piece", async (t) => {
  const { path } = makeFile(t);
  const body = new FileBody(OpenedFile.open(path), [{ start: 123_456, length: 654_321 }]);
  const sent = await new Collector(body).start().finished;
  assert.ok(sent.equals(CONTENT.subarray(123_456, 123_456 + 654_321)));
});

test("sends nothing when there is nothing to send", async (t) => {
  const { folder, path } = makeFile(t);
  const sent = await new Collector(new FileBody(OpenedFile.open(path), [{ start: 10, length: 0 }])).start()
    .finished;
  assert.equal(sent.length, 0);
  assert.equal(openBelow(folder), 0);
});

test("gives each chunk away for good", async (t) => {
  const { path } = makeFile(t);
  const collector = new Collector(
    new FileBody(OpenedFile.open(path), [{ start: 0, length: CONTENT.length }]),
  ).start();
  await collector.finished;
  assert.equal(new Set(collector.chunks.map((chunk) => chunk.buffer)).size, collector.chunks.length);
});

test("waits while the sink is paused", async (t) => {
  const { path } = makeFile(t);
  const collector = new Collector(
    new FileBody(OpenedFile.open(path), [{ start: 0, length: CONTENT.length }]),
  );
  // The collector fails the test when data comes before this resume.
  collector.onData = () => {
    setImmediate(() => setImmediate(() => collector.resume()));
    return true;
  };
  assert.ok((await collector.start().finished).equals(CONTENT));
});

test("goes on when the sink resumes from within data", async (t) => {
  const { path } = makeFile(t);
  const collector = new Collector(
    new FileBody(OpenedFile.open(path), [{ start: 0, length: CONTENT.length }]),
  );
  collector.onData = () => {
    collector.resume();
    return true;
  };
  assert.ok((await collector.start().finished).equals(CONTENT));
});

test("resume is harmless when not paused", async (t) => {
  const { path } = makeFile(t);
  const body = new FileBody(OpenedFile.open(path), [{ start: 0, length: CONTENT.length }]);
  body.resume();
  const collector = new Collector(body).start();
  body.resume();
  assert.ok((await collector.finished).equals(CONTENT));
  body.resume();
});

test("cancel closes the file: before the start, during a read, while paused, from within data, twice", async (t) => {
  const { folder, path } = makeFile(t);
  const make = () => new FileBody(OpenedFile.open(path), [{ start: 0, length: CONTENT.length }]);
  const silent = {
    data: () => assert.fail("data"),
    end: () => assert.fail("end"),
    fail: () => assert.fail("fail"),
  };

  const unstarted = make();
  assert.equal(openBelow(folder), 1);
  unstarted.cancel();
  unstarted.cancel();
  assert.equal(openBelow(folder), 0);
  unstarted.start(silent);

  const reading = make();
  reading.start(silent);
  reading.cancel();
  assert.equal(openBelow(folder), 1, "the descriptor stays valid for the read under way");
  await until(() => openBelow(folder) === 0);

  const paused = make();
  const chunk = Promise.withResolvers<void>();
  paused.start({
    ...silent,
    data: () => {
      chunk.resolve();
      return false;
    },
  });
  await chunk.promise;
  paused.cancel();
  paused.resume();
  assert.equal(openBelow(folder), 0);

  const within = make();
  const called = Promise.withResolvers<void>();
  within.start({
    ...silent,
    data: () => {
      within.cancel();
      called.resolve();
      return true;
    },
  });
  await called.promise;
  assert.equal(openBelow(folder), 0);
});

test("cancel after the end, or after a failure, leaves alone whoever has got the descriptor since", async (t) => {
  for (const ending of ["end", "failure"]) {
    const { folder, path } = makeFile(t);
    const body = new FileBody(OpenedFile.open(path), [{ start: 0, length: CONTENT.length }]);
    const collector = new Collector(body);
    if (ending === "failure") truncateSync(path, 10);
    await collector.start().finished.catch(() => {});
    assert.equal(openBelow(folder), 0);
    // The kernel gives the lowest number that is free: that of the file.
    const next = OpenedFile.open(path);
    body.cancel();
    body.cancel();
    assert.equal(next.readNow(0, 4).toString(), "0123");
    next.close();
  }
});

/** Sends the file with `change` after the first chunk. */
async function sendWithChange(path: string, change: () => void): Promise<Buffer> {
  const collector = new Collector(
    new FileBody(OpenedFile.open(path), [{ start: 0, length: CONTENT.length }]),
  );
  collector.onData = () => {
    collector.onData = undefined;
    change();
    setImmediate(() => collector.resume());
    return true;
  };
  return collector.start().finished;
}

test("fails when the file is truncated on the way", async (t) => {
  const { folder, path } = makeFile(t);
  await assert.rejects(
    sendWithChange(path, () => truncateSync(path, 500_000)),
    { code: "file_truncated", message: `read ${path}: needed 1000000 bytes, the file ended after 500000` },
  );
  assert.equal(openBelow(folder), 0);
});

test("sends the old file to its end when it is replaced or deleted on the way", async (t) => {
  const { folder, path } = makeFile(t);
  const replaced = await sendWithChange(path, () => {
    writeFileSync(`${folder}/new`, "new");
    renameSync(`${folder}/new`, path);
  });
  assert.ok(replaced.equals(CONTENT));
  writeFileSync(path, CONTENT);
  assert.ok((await sendWithChange(path, () => rmSync(path))).equals(CONTENT));
  assert.equal(openBelow(folder), 0);
});

test("leaves out what is appended on the way", async (t) => {
  const { path } = makeFile(t);
  assert.ok((await sendWithChange(path, () => appendFileSync(path, "more"))).equals(CONTENT));
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const LARGER = Buffer.alloc(3_000_000, "0123456789abcdefghijklmnopqrstuvwxyzABC");

/** Begins to send, does something to the file after the first chunk, and goes on. */
async function sendMeanwhile(t: TestContext, change: (path: string) => void, runs?: Run[]): Promise<Buffer> {
  const folder = tempFolder(t);
  const path = `${folder}/big`;
  writeFileSync(path, LARGER);
  // Older than a tick of the clock that stamps files.
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  const body = new FileBody(OpenedFile.open(path), runs ?? [{ start: 0, length: LARGER.length }]);
  const collector = new Collector(body);
  let isFirst = true;
  collector.onData = () => {
    if (!isFirst) return false;
    isFirst = false;
    change(path);
    setImmediate(() => collector.resume());
    return true;
  };
  const sent = await collector.start().finished.finally(() => assert.equal(openBelow(folder), 0));
  return sent;
}

test("a file overwritten in place with as many bytes is not sent to its end", async (t) => {
  const change = (path: string) => writeFileSync(path, Buffer.alloc(LARGER.length, "Z"));
  await assert.rejects(sendMeanwhile(t, change), { code: "file_changed" });
});

test("nor is one whose last byte alone was overwritten", async (t) => {
  const change = (path: string) => {
    const fd = openSync(path, "r+");
    writeSync(fd, "!", LARGER.length - 1);
    closeSync(fd);
  };
  await assert.rejects(sendMeanwhile(t, change), { code: "file_changed" });
});

test("nor one overwritten with more bytes", async (t) => {
  const change = (path: string) => writeFileSync(path, Buffer.alloc(LARGER.length + 10, "Z"));
  await assert.rejects(sendMeanwhile(t, change), { code: "file_changed" });
});

test("nor one overwritten with fewer", async (t) => {
  const change = (path: string) => writeFileSync(path, Buffer.alloc(LARGER.length - 10, "Z"));
  await assert.rejects(sendMeanwhile(t, change), /file_changed|truncated|overwritten|ended after/);
});

test("nor is one that was overwritten while several ranges of it were sent", async (t) => {
  const runs = [{ start: 1_000_000, length: 500_000 }, Buffer.from("between"), { start: 0, length: 300_000 }];
  const change = (path: string) => writeFileSync(path, Buffer.alloc(LARGER.length, "Z"));
  await assert.rejects(sendMeanwhile(t, change, runs), { code: "file_changed" });
});

test("a file that is renamed, linked, made unreadable or deleted is sent as it was", async (t) => {
  const sent = await sendMeanwhile(t, (path) => {
    linkSync(path, `${path}.link`);
    renameSync(path, `${path}.old`);
    chmodSync(`${path}.old`, 0);
    rmSync(`${path}.link`);
    rmSync(`${path}.old`);
  });
  assert.ok(sent.equals(LARGER));
});

test("a file appended to twice is sent as it was", async (t) => {
  const sent = await sendMeanwhile(t, (path) => {
    appendFileSync(path, "one");
    appendFileSync(path, Buffer.alloc(500_000));
  });
  assert.ok(sent.equals(LARGER));
});

test("runs of bytes and of the file are sent one after the other, whatever the pauses", async (t) => {
  const { folder, path } = makeFile(t);
  const runs = [
    Buffer.from("<"),
    { start: 5, length: 3 },
    Buffer.from("|"),
    { start: 0, length: 600_000 },
    Buffer.from(">"),
  ];
  for (const pauses of [false, true]) {
    const body = new FileBody(OpenedFile.open(path), runs);
    assert.equal(body.length, 600_006);
    const collector = new Collector(body);
    if (pauses) {
      collector.onData = () => {
        setImmediate(() => collector.resume());
        return true;
      };
    }
    const sent = await collector.start().finished;
    assert.equal(sent.toString(), `<567|${CONTENT.toString("latin1", 0, 600_000)}>`);
  }
  assert.equal(openBelow(folder), 0);
});
