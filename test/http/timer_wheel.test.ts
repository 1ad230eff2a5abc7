import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { TimerWheel } from "../../core/http/timer_wheel.ts";

/** A wheel with ticks of 10 ms whose clock only goes on when told. */
function makeWheel() {
  let now = 0;
  const wheel = new TimerWheel({ tick: 10, now: () => now });
  const pass = (milliseconds: number): void => {
    for (let i = 0; i < milliseconds; i += 10) {
      now += 10;
      mock.timers.tick(10);
    }
  };
  const stall = (milliseconds: number): void => {
    now += milliseconds;
    mock.timers.tick(10);
  };
  return { wheel, pass, stall };
}

test("the timer wheel", async (t) => {
  mock.timers.enable({ apis: ["setInterval"] });
  t.after(() => mock.timers.reset());

  await t.test("calls back once, not before the delay and at most two ticks later", () => {
    const { wheel, pass } = makeWheel();
    let calls = 0;
    wheel.add(100, () => calls++);
    pass(100);
    assert.equal(calls, 0);
    pass(20);
    assert.equal(calls, 1);
    pass(10_000);
    assert.equal(calls, 1);
    wheel.close();
  });

  await t.test("keeps delays longer than one turn of the wheel apart", () => {
    const { wheel, pass } = makeWheel();
    const calls: number[] = [];
    for (const delay of [5130, 10_250, 10, 15_370]) wheel.add(delay, () => calls.push(delay));
    pass(5100);
    assert.deepEqual(calls, [10]);
    pass(100);
    assert.deepEqual(calls, [10, 5130]);
    pass(11_000);
    assert.deepEqual(calls, [10, 5130, 10_250, 15_370]);
    wheel.close();
  });

  await t.test("refresh begins anew, also with another delay, shorter or longer", () => {
    const { wheel, pass } = makeWheel();
    let calls = 0;
    const timer = wheel.add(100, () => calls++);
    for (let i = 0; i < 50; i++) {
      pass(90);
      timer.refresh();
    }
    assert.equal(calls, 0);
    timer.refresh(20);
    pass(40);
    assert.equal(calls, 1);
    timer.refresh(6000);
    pass(5990);
    assert.equal(calls, 1);
    pass(30);
    assert.equal(calls, 2);
    wheel.close();
  });

  await t.test("a cancelled timer is silent, also when another of the same tick cancels it", () => {
    const { wheel, pass } = makeWheel();
    const calls: string[] = [];
    const timers = ["a", "b"].map((name, index) =>
      wheel.add(50, () => {
        calls.push(name);
        timers[1 - index]!.cancel();
      }),
    );
    const third = wheel.add(50, () => calls.push("c"));
    third.cancel();
    third.cancel();
    pass(200);
    assert.equal(calls.length, 1);
    wheel.close();
  });

  await t.test("a held-up event loop makes timers late, not early", () => {
    const { wheel, pass, stall } = makeWheel();
    let calls = 0;
    wheel.add(200, () => calls++);
    stall(5000);
    assert.equal(calls, 0);
    pass(210);
    assert.equal(calls, 1);
    wheel.close();
  });

  await t.test("goes on after it was empty, and a callback may add", () => {
    const { wheel, pass } = makeWheel();
    let calls = 0;
    wheel.add(10, () => {
      wheel.add(10, () => calls++);
    });
    pass(100);
    assert.equal(calls, 1);
    wheel.add(10, () => calls++);
    pass(100);
    assert.equal(calls, 2);
    wheel.close();
  });

  await t.test("close forgets all", () => {
    const { wheel, pass } = makeWheel();
    const timer = wheel.add(10, () => assert.fail("called after close"));
    wheel.close();
    timer.cancel();
    pass(100);
  });
});
