/**
 * Where the launcher could not replace its own process it waits beside this one, connected by a channel. When
 * the channel closes the launcher is gone, perhaps killed, and this process ends as if it had got SIGTERM.
 */
export function followLauncher(): void {
  const launcher = process.env.LODESTONE_LAUNCHER;
  // Not for the processes this one will start.
  delete process.env.LODESTONE_LAUNCHER;
  if (launcher !== String(process.ppid) || process.channel == null) {
    // Only a launcher may say which descriptors are sockets.
    delete process.env.LODESTONE_LISTEN_FDS;
    return;
  }
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // The channel alone must not keep a finished command alive.
  process.channel.unref();
}
