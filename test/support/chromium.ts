import { type Browser, chromium } from "playwright-core";
import { findProgram } from "./peer.ts";

/** Starts Debian's Chromium without a window, kept from reaching anything but what the test opens. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findProgram("chromium")!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
