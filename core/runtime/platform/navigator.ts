import { finishClass } from "../language/web_idl.ts";

/** `navigator` as the minimum common API has it: tells where a script runs, but no version. */
export function createNavigator(): object {
  class Navigator {
    get userAgent(): string {
      return "Lodestone";
    }
  }

  finishClass(Navigator, "Navigator", ["userAgent"]);
  const navigator = new Navigator();
  // Scripts shall not make another one.
  Reflect.deleteProperty(Navigator.prototype, "constructor");
  return navigator;
}
