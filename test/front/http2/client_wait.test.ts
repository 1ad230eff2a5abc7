import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ClientWait } from "../../../core/front/http2/client_wait.ts";
import { PassingTime } from "../../support/passing_time.ts";
import { testConfig } from "../../support/test_config.ts";

/** Milliseconds, and bytes a second. */
const WINDOW = 1_000;
const RATE = 1_000;

function start(t: TestContext, minimumRate = RATE) {
  const time = new PassingTime(t);
  const seen = { over: 0 };
  const http = { ...testConfig().http, idleTimeout: WINDOW, minimumRate };
  const wait = new ClientWait(time.timers, http, () => seen.over++);
  /** Lets the client move so many bytes every 100 ms. */
  const move = (times: number, bytes: number): void => {
    for (let i = 0; i < times; i++) {
      time.pass(100);
      wait.progress(bytes);
    }
  };
  return { time, wait, seen, move };
}

test("a wait in which nothing moves is over after idleTimeout, and not before", (t) => {
  const { time, wait, seen } = start(t);
  wait.begin();
  time.pass(WINDOW);
  assert.equal(seen.over, 0);
  time.pass(30);
  assert.equal(seen.over, 1);
  // What comes later does not tell it again.
  time.pass(10 * WINDOW);
  wait.progress(1);
  assert.equal(seen.over, 1);
});

test("every byte gives it that time anew, whatever the rate is, until a window is over", (t) => {
  const { time, wait, seen } = start(t, 0);
  wait.begin();
  for (let i = 0; i < 5; i++) {
    time.pass(WINDOW - 100);
    wait.progress(1);
  }
  assert.equal(seen.over, 0);
  time.pass(WINDOW + 30);
  assert.equal(seen.over, 1);
});

test("a client below the rate has a window's time before it is judged", (t) => {
  const { wait, seen, move } = start(t);
  wait.begin();
  move(9, 1);
  assert.equal(seen.over, 0);
  move(1, 1);
  assert.equal(seen.over, 1);
});

test("a client at the rate goes on, and each window stands for itself", (t) => {
  const { wait, seen, move } = start(t);
  wait.begin();
  move(100, 100);
  assert.equal(seen.over, 0);
  move(9, 1);
  assert.equal(seen.over, 0);
  move(1, 1);
  assert.equal(seen.over, 1);
});

test("short waits come to a window together; what lies between them does not count", (t) => {
  const { time, wait, seen } = start(t);
  for (let i = 0; i < 9; i++) {
    wait.begin();
    time.pass(100);
    wait.progress(1);
    wait.end();
    time.pass(10 * WINDOW);
  }
  assert.equal(seen.over, 0);
  wait.begin();
  time.pass(100);
  wait.progress(1);
  assert.equal(seen.over, 1);
});

test("a window that several waits came to together is followed by a whole one", (t) => {
  const { wait, seen, move } = start(t);
  wait.begin();
  move(5, 100);
  wait.end();
  wait.begin();
  move(5, 100);
  assert.equal(seen.over, 0);
  move(9, 1);
  assert.equal(seen.over, 0);
  move(1, 1);
  assert.equal(seen.over, 1);
});

test("a second wait in which nothing moves is over like the first one", (t) => {
  const { time, wait, seen } = start(t, 0);
  wait.begin();
  wait.end();
  wait.begin();
  time.pass(WINDOW + 30);
  assert.equal(seen.over, 1);
});

test("bytes that move while the client is not waited for speak for it", (t) => {
  const { wait, seen, move } = start(t);
  wait.begin();
  move(5, 1);
  wait.end();
  move(1, 1_000);
  wait.begin();
  move(5, 1);
  assert.equal(seen.over, 0);
});

test("a second reason to wait neither prolongs the first one nor lets it begin anew", (t) => {
  const { time, wait, seen } = start(t);
  wait.begin();
  time.pass(WINDOW - 100);
  wait.begin();
  time.pass(130);
  assert.equal(seen.over, 1);
});

test("a wait that has ended is over no more, and ending it twice counts its time once", (t) => {
  const { time, wait, seen, move } = start(t);
  wait.begin();
  time.pass(600);
  wait.end();
  wait.end();
  time.pass(10 * WINDOW);
  assert.equal(seen.over, 0);
  wait.begin();
  move(3, 1);
  assert.equal(seen.over, 0, "600 and 300 ms are no window yet");
  move(1, 1);
  assert.equal(seen.over, 1);
});
