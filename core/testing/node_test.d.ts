/**
 * What a test of a site needs of Node. Node's own declarations have other globals than scripts, so they cannot stand
 * beside the script API; these can. https://nodejs.org/api/test.html and assert.html have the whole of it.
 */

declare module "node:test" {
  export interface TestContext {
    readonly name: string;
    readonly signal: AbortSignal;
    test(name: string, run: TestFunction): Promise<void>;
    test(name: string, options: TestOptions, run: TestFunction): Promise<void>;
    before(run: HookFunction): void;
    after(run: HookFunction): void;
    beforeEach(run: HookFunction): void;
    afterEach(run: HookFunction): void;
    diagnostic(message: string): void;
    skip(message?: string): void;
    todo(message?: string): void;
    plan(count: number): void;
  }
  export interface TestOptions {
    concurrency?: number | boolean | null;
    only?: boolean;
    signal?: AbortSignal;
    skip?: boolean | string;
    todo?: boolean | string;
    /** Milliseconds. */
    timeout?: number;
    plan?: number;
  }
  export type TestFunction = (t: TestContext) => unknown;
  export type HookFunction = (t: TestContext) => unknown;
  export interface Test {
    (name: string, run?: TestFunction): Promise<void>;
    (name: string, options: TestOptions, run?: TestFunction): Promise<void>;
    skip(name: string, run?: TestFunction): Promise<void>;
    todo(name: string, run?: TestFunction): Promise<void>;
    only(name: string, run?: TestFunction): Promise<void>;
  }
  export interface Suite {
    (name: string, run: () => unknown): Promise<void>;
    (name: string, options: TestOptions, run: () => unknown): Promise<void>;
    skip(name: string, run: () => unknown): Promise<void>;
    todo(name: string, run: () => unknown): Promise<void>;
    only(name: string, run: () => unknown): Promise<void>;
  }
  export const test: Test;
  export const it: Test;
  export const describe: Suite;
  export const suite: Suite;
  export function before(run: HookFunction): void;
  export function after(run: HookFunction): void;
  export function beforeEach(run: HookFunction): void;
  export function afterEach(run: HookFunction): void;
  export default test;
}

declare module "node:assert/strict" {
  type Expected =
    | RegExp
    | (abstract new (
        ...parameters: never
      ) => unknown)
    | ((error: unknown) => boolean)
    | object;
  interface Assert {
    (value: unknown, message?: string | Error): asserts value;
    ok(value: unknown, message?: string | Error): asserts value;
    equal<T>(actual: unknown, expected: T, message?: string | Error): asserts actual is T;
    notEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    deepEqual<T>(actual: unknown, expected: T, message?: string | Error): asserts actual is T;
    notDeepEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    partialDeepStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    match(actual: string, expected: RegExp, message?: string | Error): void;
    doesNotMatch(actual: string, expected: RegExp, message?: string | Error): void;
    throws(run: () => unknown, expected?: Expected, message?: string | Error): void;
    doesNotThrow(run: () => unknown, message?: string | Error): void;
    rejects(
      promise: Promise<unknown> | (() => Promise<unknown>),
      expected?: Expected,
      message?: string | Error,
    ): Promise<void>;
    doesNotReject(
      promise: Promise<unknown> | (() => Promise<unknown>),
      message?: string | Error,
    ): Promise<void>;
    /** Throws the value unless it is null or undefined. */
    ifError(value: unknown): asserts value is null | undefined;
    fail(message?: string | Error): never;
  }
  const assert: Assert;
  export default assert;
}
