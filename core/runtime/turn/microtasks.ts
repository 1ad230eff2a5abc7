/** `queueMicrotask` (HTML standard, section 8.1.7.3); what the callback throws is reported. */
export function createQueueMicrotask(report: (error: unknown) => void): (callback: () => void) => void {
  return function queueMicrotask(callback) {
    if (typeof callback !== "function") {
      throw new TypeError(`queueMicrotask: the callback must be a function, not ${typeof callback}`);
    }
    void Promise.resolve().then(() => {
      try {
        callback();
      } catch (thrown) {
        report(thrown);
      }
    });
  };
}
