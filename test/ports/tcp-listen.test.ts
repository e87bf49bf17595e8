import { connect } from "node:net";
import { expect, test } from "vitest";
import { listenTcp, type TcpConnection } from "../../src/ports/tcp-listen.ts";

async function pairOf() {
	const accepted = Promise.withResolvers<TcpConnection>();
	const listener = await listenTcp({ host: "127.0.0.1", port: 0, onConnection: accepted.resolve });
	const client = connect({ host: listener.host, port: listener.port });
	return { listener, client, connection: await accepted.promise };
}

test("bytes that came before the reader are not lost, and answers go back", async () => {
	const { listener, client, connection } = await pairOf();
	await new Promise((resolve) => client.write(Uint8Array.of(1, 2, 3), resolve));
	const heard = new Promise((resolve) => connection.onData(resolve));
	expect(await heard).toEqual(Uint8Array.of(1, 2, 3));
	const back = new Promise<Buffer>((resolve) => client.once("data", resolve));
	connection.write(Uint8Array.of(9));
	expect([...(await back)]).toEqual([9]);
	await listener.close();
});

test("destroy cuts the line with a reset", async () => {
	const { listener, client, connection } = await pairOf();
	const failed = new Promise<NodeJS.ErrnoException>((resolve) => client.once("error", resolve));
	const closed = new Promise<void>((resolve) => connection.onClosed(resolve));
	connection.destroy();
	expect((await failed).code).toBe("ECONNRESET");
	await closed;
	await listener.close();
});

test("a taken address is a fault", async () => {
	const listener = await listenTcp({ host: "127.0.0.1", port: 0, onConnection: () => undefined });
	const second = listenTcp({ host: "127.0.0.1", port: listener.port, onConnection: () => undefined });
	await expect(second).rejects.toMatchObject({ code: "address_in_use" });
	await listener.close();
});
