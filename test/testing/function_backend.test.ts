import assert from "node:assert/strict";
import { test } from "node:test";
import type { BackendReceiver } from "../../core/backend/backend.ts";
import { HeaderList } from "../../core/http/header_list.ts";
import { FunctionBackend } from "../../core/testing/function_backend.ts";
import { TestBody } from "../support/test_body.ts";
import { until } from "../support/until.ts";

const nobody: BackendReceiver = {
  response: () => assert.fail("nobody wants it"),
  failed: () => assert.fail("nobody wants it"),
};

const post = (body: TestBody) => ({ method: "POST", target: "/", headers: HeaderList.fromText(""), body });

test("a call that is cancelled lets go of a body that has not come whole", () => {
  const backend = new FunctionBackend("app", () => assert.fail("it is not asked"));
  const body = new TestBody();
  const call = backend.send(post(body), nobody);
  assert.notEqual(body.sink, undefined);
  call.cancel();
  assert.equal(body.cancelled, true);
});

test("a call that is cancelled while the function works aborts its request's signal", async () => {
  let asked: Request | undefined;
  const backend = new FunctionBackend("app", (request) => {
    asked = request;
    return new Promise(() => {});
  });
  const body = new TestBody();
  const call = backend.send(post(body), nobody);
  body.sink!.end();
  await until("the function is asked", () => asked);
  call.cancel();
  assert.equal(asked?.signal.aborted, true);
});
