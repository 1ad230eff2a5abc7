import { defineProperty, hasOwn } from "../language/primordials.ts";

/**
 * Properties that a proxy's request has and a standard one has not. Routers know nothing of them: itty-router hands out
 * a Proxy of the request that looks for a parameter of the path when the request has no property of that name.
 */
const OWN = ["backend", "client", "cookies", "env", "file", "id", "originalUrl", "path"] as const;

/**
 * Lets the object have a property of its own instead of its class's, until it is assigned again. The object may be a
 * script's Proxy of a request: then the request behind it has the property.
 */
export function shadow(object: object, name: string, value: unknown): void {
  define(object, name, value, (later) => {
    unshadow(object, name);
    (object as Record<string, unknown>)[name] = later;
  });
}

/** What a router has found in the path: it comes before what a request has by itself. */
export function assignParams(object: object, params: unknown, before: unknown): void {
  define(object, "params", params, (later) => assignParams(object, later, params));
  for (let i = 0; i < OWN.length; i++) {
    const name = OWN[i]!;
    if (has(params, name)) shadow(object, name, params[name]);
    else if (has(before, name)) unshadow(object, name);
  }
}

function has(params: unknown, name: string): params is Record<string, unknown> {
  return (
    typeof params === "object" &&
    params !== null &&
    hasOwn(params, name) &&
    params[name as never] !== undefined
  );
}

function unshadow(object: object, name: string): void {
  delete (object as Record<string, unknown>)[name];
}

function define(object: object, name: string, value: unknown, set: (later: unknown) => void): void {
  // No prototype: scripts could put further members of a descriptor on it.
  defineProperty(object, name, {
    __proto__: null,
    get: () => value,
    set,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor);
}
