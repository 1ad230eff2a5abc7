// The naive server: see naive.ts. Arguments: script, document root, address of the backend or nothing.
import { createHmac } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import ivm from "isolated-vm";

/** What a script returns: an answer, a file below the root, or where the backend is to be asked. */
interface Decision {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly file?: string;
  readonly proxy?: { readonly path: string; readonly headers: Record<string, string> };
}

const [scriptFile, root, backend] = process.argv.slice(2) as [string, string, string];
const source = readFileSync(scriptFile, "utf8");
const isolate = new ivm.Isolate({ memoryLimit: 128 });
const agent = new Agent({ keepAlive: true });

/** What scripts find in `host`. */
const host = {
  hmac: (key: string, data: string) => createHmac("sha1", key).update(data).digest("hex"),
  stat(path: string) {
    const found = statSync(root + path, { throwIfNoEntry: false });
    return found && new ivm.ExternalCopy({ isFile: found.isFile(), mtime: found.mtimeMs }).copyInto();
  },
};

async function decide(message: IncomingMessage): Promise<Decision> {
  const context = await isolate.createContext();
  try {
    for (const [name, call] of Object.entries(host)) await context.global.set(name, new ivm.Callback(call));
    await context.global.set("ask", new ivm.Reference(ask));
    const script = await isolate.compileScript(source);
    const handler = await script.run(context, { reference: true });
    const asked = { method: message.method, url: message.url, headers: message.headers };
    return (await handler.apply(undefined, [asked], {
      arguments: { copy: true },
      result: { copy: true, promise: true },
    })) as Decision;
  } finally {
    context.release();
  }
}

/** A subrequest for a script: the status and the body of the backend's answer. */
async function ask(path: string): Promise<ivm.Copy<{ status: number; body: string }>> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const outgoing = request(`http://${backend}${path}`, { agent }, async (answer) => {
    const chunks = await answer.toArray();
    resolve({ status: answer.statusCode!, body: Buffer.concat(chunks).toString() });
  });
  outgoing.on("error", reject).end();
  return new ivm.ExternalCopy(await promise).copyInto();
}

function pass(
  proxy: NonNullable<Decision["proxy"]>,
  message: IncomingMessage,
  response: ServerResponse,
): void {
  const headers = { ...proxy.headers, "x-forwarded-for": message.socket.remoteAddress };
  const outgoing = request(`http://${backend}${proxy.path}`, { agent, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
  });
  outgoing.on("error", () => response.writeHead(502).end());
  message.pipe(outgoing);
}

async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status = 200, headers = {}, body = "", file, proxy } = await decide(message);
  if (proxy !== undefined) return pass(proxy, message, response);
  if (file === undefined) {
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
    return;
  }
  response.writeHead(status, { ...headers, "content-length": statSync(root + file).size });
  createReadStream(root + file).pipe(response);
}

const server = createServer((message, response) => {
  handle(message, response).catch((error: Error) => response.writeHead(500).end(error.stack));
});
server.keepAliveTimeout = 3_600_000;
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  console.log(`http://127.0.0.1:${port}`);
});
