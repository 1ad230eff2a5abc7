import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryGrowth } from "../../../core/script/limits/memory_growth.ts";

/** Accounts of a process whose memory, out of 1000 bytes, is what the test says. */
function accounts(resident: number) {
  const process = { resident, asked: 0 };
  const growth = new MemoryGrowth(1000, () => {
    process.asked++;
    return process.resident;
  });
  growth.check();
  return { process, growth };
}

test("far from the limit nobody is asked", () => {
  const { process, growth } = accounts(499);
  for (let i = 0; i < 100; i++) growth.entering(0);
  assert.equal(process.asked, 1);
  assert.equal(growth.grower, -1);
});

test("the site that makes up most of the growth is named, however seldom it runs", () => {
  const { process, growth } = accounts(500);
  for (let i = 0; i < 20; i++) {
    for (let j = 0; j < 10; j++) {
      growth.entering(0);
      process.resident += j === 0 ? 1 : 0;
    }
    growth.entering(1);
    process.resident += 10;
  }
  growth.entering(0);
  assert.equal(growth.grower, 1);
});

test("what is given back is taken off the account", () => {
  const { process, growth } = accounts(500);
  for (let i = 0; i < 20; i++) {
    growth.entering(0);
    process.resident += 100;
    growth.entering(0);
    process.resident -= 100;
    growth.entering(1);
    process.resident += 10;
  }
  growth.entering(0);
  assert.equal(growth.grower, 1);
});

test("when several share in the growth nobody is named", () => {
  const { process, growth } = accounts(500);
  for (let i = 0; i < 30; i++) {
    growth.entering(i % 3);
    process.resident += 10;
  }
  growth.entering(0);
  assert.equal(growth.grower, -1);
});

test("accounts are closed when the memory is given back", () => {
  const { process, growth } = accounts(500);
  growth.entering(1);
  process.resident = 900;
  growth.entering(0);
  assert.equal(growth.grower, 1);
  process.resident = 400;
  growth.check();
  assert.equal(growth.grower, -1);
});
