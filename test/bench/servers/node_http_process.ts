import { createServer } from "node:http";

const server = createServer((_, response) => {
  response.setHeader("content-type", "text/plain").end("123");
});
server.keepAliveTimeout = 3_600_000;
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  console.log(`http://127.0.0.1:${port}`);
});
