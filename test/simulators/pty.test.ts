import { existsSync, mkdtempSync, realpathSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SerialPort } from "serialport";
import { afterEach, expect, test } from "vitest";
import { openPty, type Pty } from "../../src/simulators/pty.ts";

const ptys: Pty[] = [];
afterEach(() => ptys.splice(0).forEach((pty) => pty.close()));

function pairOf(link: string | undefined, onData: (bytes: Uint8Array) => void): Pty {
	const pty = openPty({ link, onData });
	ptys.push(pty);
	return pty;
}

async function opened(path: string): Promise<SerialPort> {
	const port = new SerialPort({ path, baudRate: 9600, autoOpen: false });
	await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
	return port;
}

const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);

test("every byte value passes in both directions", async () => {
	const heard: number[] = [];
	const all = Promise.withResolvers<void>();
	const pty = pairOf(undefined, (bytes) => {
		heard.push(...bytes);
		if (heard.length >= 256) {
			all.resolve();
		}
	});
	const port = await opened(pty.path);
	const back: number[] = [];
	const allBack = Promise.withResolvers<void>();
	port.on("data", (chunk: Buffer) => {
		back.push(...chunk);
		if (back.length >= 256) {
			allBack.resolve();
		}
	});
	port.write(everyByte);
	await all.promise;
	pty.write(everyByte);
	await allBack.promise;
	expect(heard).toEqual([...everyByte]);
	expect(back).toEqual([...everyByte]);
	await new Promise((resolve) => port.close(resolve));
});

test("closing takes the terminal and its link away", async () => {
	const folder = mkdtempSync(join(tmpdir(), "pty-"));
	const link = join(folder, "pinpad");
	const pty = pairOf(link, () => undefined);
	expect(pty.path).toBe(link);
	const node = realpathSync(link);
	const gone = Promise.withResolvers<void>();
	const watcher = watch(dirname(node), () => existsSync(node) || gone.resolve());
	pty.close();
	await gone.promise;
	watcher.close();
	expect(existsSync(link)).toBe(false);
	rmSync(folder, { recursive: true });
});
