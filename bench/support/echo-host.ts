import { createServer } from "node:net";

// A process of its own: sends back whatever comes, and prints its port first.
const server = createServer({ noDelay: true }, (socket) => {
	socket.on("data", (chunk) => socket.write(chunk));
	socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => {
	const address = server.address();
	process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`);
});
