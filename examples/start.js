// `npm start`: the proxy with all examples (conf/lodestone.yaml), and the small application that some of them stand
// in front of. Plain JavaScript, for it is run by whatever Node the system has.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createApplication } from "./application/server.js";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

// In this process: so it is there until the proxy has finished its last request.
const application = createApplication().listen(0, "127.0.0.1");
await once(application, "listening");
const url = `http://127.0.0.1:${application.address().port}`;
console.error(`application on ${url}`);

const proxy = spawn(
  process.execPath,
  [path("../core/cli/lodestone.js"), "serve", path("../conf/lodestone.yaml")],
  {
    stdio: "inherit",
    env: { ...process.env, EXAMPLE_APPLICATION: url },
  },
);
// A terminal sends its signals to both processes, anybody else to this one only; the proxy takes two for one.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => proxy.kill(signal));
proxy.on("exit", (code) => process.exit(code ?? 1));
