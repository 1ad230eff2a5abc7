import { createServer } from "node:net";

const response = Buffer.from(process.argv[2]!, "latin1");
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("data", () => socket.write(response));
  socket.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  console.log(`http://127.0.0.1:${port}`);
});
