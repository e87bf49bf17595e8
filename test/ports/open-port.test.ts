import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/kernel/clock.ts";
import type { Fault } from "../../src/kernel/fault.ts";
import { openPort } from "../../src/ports/open-port.ts";
import type { OpenPort, PortAddress, SerialAddress } from "../../src/ports/port.ts";
import { listenTcp, type TcpConnection } from "../../src/ports/tcp-listen.ts";
import { openPty, type Pty } from "../../src/simulators/pty.ts";
import { type Bytes, concatBytes, latin1 } from "../../src/wire/bytes.ts";
import { toHex } from "../../src/wire/hex.ts";
import { ManualClock } from "../support/manual-clock.ts";

/** Everything that arrived at one end, and a way to wait for so much of it. */
class Received {
	#bytes: Bytes = new Uint8Array();
	#waiting: { readonly length: number; readonly done: (bytes: Bytes) => void } | undefined;

	readonly add = (chunk: Bytes): void => {
		this.#bytes = concatBytes(this.#bytes, chunk);
		if (this.#waiting !== undefined && this.#bytes.length >= this.#waiting.length) {
			this.#waiting.done(this.#bytes);
		}
	};

	until(length: number): Promise<Bytes> {
		if (this.#bytes.length >= length) {
			return Promise.resolve(this.#bytes);
		}
		return new Promise((done) => {
			this.#waiting = { length, done };
		});
	}
}

interface Opened {
	readonly port: OpenPort;
	readonly received: Received;
	readonly lost: Promise<Fault>;
}

const ports: OpenPort[] = [];

async function open(address: PortAddress): Promise<Opened> {
	const received = new Received();
	const lost = Promise.withResolvers<Fault>();
	const listener = { onData: received.add, onLost: lost.resolve };
	const port = await openPort(address, listener, { clock: systemClock, deadlineMs: 5000 });
	ports.push(port);
	return { port, received, lost: lost.promise };
}

afterEach(async () => {
	await Promise.all(ports.splice(0).map((port) => port.close()));
});

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe("a serial port", () => {
	let folder: string;
	let pty: Pty;
	let atDevice: Received;

	function address(own: Partial<SerialAddress> = {}): SerialAddress {
		return {
			kind: "serial",
			path: join(folder, "pad"),
			baudRate: 9600,
			dataBits: 8,
			parity: "none",
			stopBits: 1,
			flowControl: "none",
			dtr: "on",
			rts: "on",
			hangUpOnClose: false,
			...own,
		};
	}

	function plugIn(): void {
		atDevice = new Received();
		pty = openPty({ link: join(folder, "pad"), onData: atDevice.add });
	}

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "port-"));
		plugIn();
	});

	afterEach(() => {
		pty.close();
		rmSync(folder, { recursive: true, force: true });
	});

	test("passes every byte both ways, through a stable link", async () => {
		const { port, received } = await open(address());
		await port.write(everyByte);
		expect(toHex(await atDevice.until(256))).toBe(toHex(everyByte));
		pty.write(everyByte);
		expect(toHex(await received.until(256))).toBe(toHex(everyByte));
		expect(port.label).toContain("9600 8N1");
	});

	test("reports its end once, refuses to write then, and can be opened again when it is back", async () => {
		const { port, lost } = await open(address());
		pty.close();
		expect((await lost).code).toBe("E_NOHARDWARE");
		await expect(port.write(latin1("x"))).rejects.toMatchObject({ code: "E_NOHARDWARE" });
		await expect(open(address())).rejects.toMatchObject({ code: "E_NOHARDWARE" });
		plugIn();
		const again = await open(address());
		await again.port.write(latin1("hello"));
		expect(await atDevice.until(5)).toEqual(latin1("hello"));
	});

	test("says nothing when we close it ourselves, even twice", async () => {
		const { port, lost } = await open(address());
		await port.close();
		await port.close();
		expect(await Promise.race([lost, Promise.resolve("quiet")])).toBe("quiet");
	});

	test("that another program holds names it", async () => {
		const script = fileURLToPath(new URL("holding-process.ts", import.meta.url));
		const holder = spawn(process.execPath, [script, pty.path], { stdio: ["ignore", "pipe", "inherit"] });
		await once(holder.stdout, "data");
		await expect(open(address())).rejects.toMatchObject({ code: "E_CLAIMED", context: { pid: holder.pid } });
		holder.kill("SIGKILL");
		await once(holder, "exit");
		await expect(open(address())).resolves.toBeDefined();
	});
});

describe("a TCP port", () => {
	async function peer(): Promise<{ address: PortAddress; connection: Promise<TcpConnection>; close(): Promise<void> }> {
		const connected = Promise.withResolvers<TcpConnection>();
		const listening = await listenTcp({ host: "127.0.0.1", port: 0, onConnection: connected.resolve });
		return {
			address: { kind: "tcp", host: "127.0.0.1", port: listening.port },
			connection: connected.promise,
			close: () => listening.close(),
		};
	}

	test("passes every byte both ways", async () => {
		const far = await peer();
		const { port, received } = await open(far.address);
		const connection = await far.connection;
		const atPeer = new Received();
		connection.onData(atPeer.add);
		await port.write(everyByte);
		expect(toHex(await atPeer.until(256))).toBe(toHex(everyByte));
		connection.write(everyByte);
		expect(toHex(await received.until(256))).toBe(toHex(everyByte));
		await far.close();
	});

	test.each(["close", "destroy"] as const)("reports that the peer is gone (%s)", async (how) => {
		const far = await peer();
		const { port, lost } = await open(far.address);
		(await far.connection)[how]();
		expect((await lost).code).toBe("E_NOHARDWARE");
		await expect(port.write(latin1("x"))).rejects.toMatchObject({ code: "E_NOHARDWARE" });
		await far.close();
	});

	test("that nobody listens on is offline", async () => {
		const far = await peer();
		await far.close();
		await expect(open(far.address)).rejects.toMatchObject({ code: "E_OFFLINE" });
	});

	test("is not opened at all once the caller has given up", async () => {
		const far = await peer();
		const options = { clock: new ManualClock(), deadlineMs: 10, signal: AbortSignal.abort(new Error("stop")) };
		const listener = { onData: () => undefined, onLost: () => undefined };
		await expect(openPort(far.address, listener, options)).rejects.toThrow("stop");
		expect(options.clock.timers).toBe(0);
		await far.close();
	});
});
