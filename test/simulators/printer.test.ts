import { afterEach, describe, expect, test } from "vitest";
import { type OpenLine, openLine } from "../../src/devices/open-line.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { asFault } from "../../src/kernel/fault.ts";
import { openPort } from "../../src/ports/open-port.ts";
import { CommandReader } from "../../src/simulators/printer/command-reader.ts";
import { printerOptionsSchema } from "../../src/simulators/printer/options.ts";
import type { PrinterAddress } from "../../src/simulators/printer/printer-line.ts";
import { type RunningPrinter, runPrinter } from "../../src/simulators/printer/run-printer.ts";
import { latin1 } from "../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { controlClient } from "../support/control-client.ts";
import { salesSlip } from "../support/sales-slip.ts";
import { type PrinterState, portAddress, startPrinter } from "../support/start-printer.ts";

const closing: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).toReversed()) {
		await close();
	}
});

/** A virtual printer in this process, and a line to it on which one speaks bytes. */
interface Bench {
	readonly printer: RunningPrinter;
	readonly line: OpenLine;
	readonly send: (hex: string) => Promise<void>;
	readonly print: (text: string) => Promise<void>;
	/** Everything the printer has said since the last time, in hex, once it is this many bytes. */
	readonly heard: (count: number) => Promise<string>;
	readonly state: () => Promise<PrinterState>;
	readonly set: (switches: Readonly<Record<string, unknown>>) => Promise<unknown>;
	readonly act: (action: string) => Promise<unknown>;
}

async function bench(options: Readonly<Record<string, unknown>> = {}): Promise<Bench> {
	const printer = await runPrinter(printerOptionsSchema.parse(options));
	closing.push(() => printer.close());
	const control = controlClient(printer.controlPort);
	closing.push(() => control.close());
	const line = await opened(printer.address);
	closing.push(() => line.close());
	let heard = "";
	let onHeard = (): void => undefined;
	line.onData((bytes) => {
		heard += toHex(bytes);
		onHeard();
	});
	return {
		printer,
		line,
		send: (hex) => line.write(fromHex(hex)),
		print: (text) => line.write(latin1(text)),
		async heard(count) {
			while (heard.length < count * 2) {
				const more = Promise.withResolvers<void>();
				onHeard = more.resolve;
				await more.promise;
			}
			const all = heard;
			heard = "";
			return all;
		},
		state: async () => (await control.ask({ get: true })).state as PrinterState,
		set: (switches) => control.ask({ set: switches }),
		act: (action) => control.ask({ do: action }),
	};
}

function opened(address: PrinterAddress): Promise<OpenLine> {
	const { signal } = new AbortController();
	return openLine(portAddress(address), { openPort, clock: systemClock, deadlineMs: 2_000, signal });
}

/** The reset may come before or after the connection is seen as open. */
async function outcomeOfOpening(address: PrinterAddress): Promise<string> {
	try {
		const line = await opened(address);
		const lost = Promise.withResolvers<void>();
		line.lost.addEventListener("abort", () => lost.resolve());
		await lost.promise;
		line.lost.throwIfAborted();
		return "open";
	} catch (thrown) {
		return asFault(thrown).code;
	}
}

const proofRequest = "1D284806003030";
const done = async ({ send, heard }: Bench): Promise<void> => {
	await send(`${proofRequest}30303031`);
	expect(await heard(7)).toBe("37223030303100");
};

describe.each([["pty"], ["tcp"]])("over %s", (kind) => {
	test("prints a slip as it was laid out, and answers when it is out", async () => {
		const slip = salesSlip();
		const printer = await bench({ line: { kind }, columns: slip.columns });
		await printer.send(slip.hex);
		expect(await printer.heard(4)).toBe("10000000");
		await done(printer);
		expect(await printer.state()).toMatchObject({
			slips: [{ text: slip.text }],
			hanging: "",
			complaints: [],
			buffered: 0,
		});
	});

	test("answers when it is plugged in again", async () => {
		const printer = await bench({ line: { kind } });
		await printer.act("unplug");
		await expect.poll(() => printer.line.lost.aborted).toBe(true);
		await printer.act("plug");
		const line = await opened((await printer.state()).address);
		closing.push(() => line.close());
		const answer = Promise.withResolvers<string>();
		line.onData((bytes) => answer.resolve(toHex(bytes)));
		await line.write(fromHex("100401"));
		expect(await answer.promise).toBe("12");
	});
});

describe("status", () => {
	test.each([
		[{ paperLines: 20 }, "1212121E", "10000300"],
		[{ paperLines: 0 }, "1A32127E", "18000F00"],
		[{ cover: "open" }, "1A165212", "38400000"],
		[{ error: "cutter" }, "1A521A12", "18080000"],
		[{ error: "mechanical" }, "1A521612", "18040000"],
		[{ error: "unrecoverable" }, "1A523212", "18200000"],
		[{ error: "overheated" }, "1A525212", "18400000"],
		[{ online: false }, "1A121212", "18000000"],
	])("with %o: DLE EOT %s, automatic %s", async (switches, realTime, automatic) => {
		const printer = await bench();
		await printer.send("1D61FF");
		expect(await printer.heard(4)).toBe("10000000");
		await printer.set(switches);
		expect(await printer.heard(4)).toBe(automatic);
		await printer.send("100401100402100403100404");
		expect(await printer.heard(4)).toBe(realTime);
	});

	test("of a printer that is well", async () => {
		const printer = await bench();
		await printer.send("100401100402100403100404");
		expect(await printer.heard(4)).toBe("12121212");
	});

	test("comes by itself only when it was asked for, and not after switching off", async () => {
		const printer = await bench();
		await printer.set({ paperLines: 3 });
		await printer.send("1D61FF");
		expect(await printer.heard(4)).toBe("10000300");
		await printer.act("power_off");
		await printer.set({ paperLines: 100 });
		await printer.act("power_on");
		await printer.send("100404");
		expect(await printer.heard(1)).toBe("12");
	});

	test("answers in order wait for the head, real-time answers do not", async () => {
		const printer = await bench({ model: "M" });
		await printer.set({ cover: "open" });
		await printer.send("1D72011D4943100402");
		expect(await printer.heard(1)).toBe("16");
		await printer.set({ cover: "closed" });
		expect(await printer.heard(4)).toBe("005F4D00");
	});
});

describe("paper", () => {
	test("runs out line by line, and what is left is printed on the next roll", async () => {
		const printer = await bench({ rollLines: 3 });
		await printer.print("one\ntwo\nthree\nfour\n\x1dV\x00");
		await expect.poll(async () => (await printer.state()).condition.paper).toBe("end");
		expect(await printer.state()).toMatchObject({ hanging: "one\ntwo\nthree", slips: [], paperLines: 0 });
		await printer.act("load_paper");
		expect(await printer.state()).toMatchObject({ slips: [{ text: "one\ntwo\nthree\nfour" }], paperLines: 2 });
	});

	test("is used up by tall characters and pictures too", async () => {
		const printer = await bench({ rollLines: 100 });
		await printer.send("1D2103410A1D2100");
		await printer.send(`1D76300001007800${"00".repeat(0x78)}`);
		await done(printer);
		expect(await printer.state()).toMatchObject({ paperLines: 100 - 4 - 4, hanging: "A\n[picture 8 x 120]" });
	});

	test("a jammed cutter stops the printer until DLE ENQ, which tries again", async () => {
		const printer = await bench();
		await printer.set({ cutterJam: true });
		await printer.print("a\n\x1dVB\x00");
		await expect.poll(async () => (await printer.state()).condition.error).toBe("cutter");
		await printer.set({ cutterJam: false });
		expect(await printer.state()).toMatchObject({ slips: [], hanging: "a" });
		await printer.send("100501");
		await done(printer);
		expect(await printer.state()).toMatchObject({ slips: [{ text: "a" }], hanging: "" });
	});

	test("switching off loses what was not printed", async () => {
		const printer = await bench({ rollLines: 1 });
		await printer.print("one\ntwo\n");
		await expect.poll(async () => (await printer.state()).buffered).toBe(4);
		await printer.act("power_off");
		await printer.act("power_on");
		await printer.act("load_paper");
		await done(printer);
		expect(await printer.state()).toMatchObject({ hanging: "one" });
	});
});

describe("text", () => {
	test.each([
		["alignment", "\x1ba\x01ab\n\x1ba\x02ab\n\x1ba\x00ab\n", "           ab\n                      ab\nab"],
		["positions, also back to the left", "\x1b$\x78\x00right\x1b$\x00\x00left\n", "left      right"],
		["a step back by ESC \\", "abc\x1b\\\xdc\xff\n", "abc"],
		["double width keeps its columns", "\x1d!\x10ab\x1d!\x00\x1b$\x60\x00c\n", "ab      c"],
		["what does not fit goes on the next line", `${"x".repeat(25)}\n`, `${"x".repeat(24)}\nx`],
		["margins and areas", "\x1dL\x18\x00\x1dW\x30\x00abcdef\n", "  abcd\n  ef"],
		["Chinese takes two columns", "\x1c&\xd6\xd0\xce\xc4\x1b$\x48\x00x\n", "中文  x"],
		["code pages", "\x1c.\x1bt\x00\x82\x1bt\x13\xd5\x1bt\x10\xe9\n", "é€é"],
		["a bar code", "\x1dh\x1e\x1dk\x49\x04{B12", "[bar code 73 {B12]"],
		["an old bar code", "\x1dh\x1e\x1dk\x0412\x00", "[bar code 4 12]"],
		["a stored picture", "\x1d8L\x0b\0\0\x000p0\x01\x011\x08\x00\x01\x00\xff\x1d(L\x02\x0002", "[picture 8 x 1]"],
		["a column picture", "\x1b*\x00\x02\x00\xff\xff", "[picture 2 x 24]"],
		["what ESC @ forgets", "lost\x1b@kept\n", "kept"],
		["feeds", "a\x1bd\x03b\n", "a\n\n\nb"],
	])("%s", async (_name, bytes, paper) => {
		const printer = await bench({ columns: 24 });
		await printer.print(bytes);
		await done(printer);
		expect(await printer.state()).toMatchObject({ hanging: paper, complaints: [] });
	});

	test.each([
		["an unknown command", "\x1b\xff", "unknown command 1BFF"],
		["a control character", "\x07", "unknown command 07"],
		["a code page that is not there", "\x1c.\x1bt\x63\x80", "byte 128 on code page 99, which is not there"],
		["a four-byte character", "\x1c&\x81\x30", "no character 129 48 in the Chinese font"],
		["a picture out of nothing", "\x1d(L\x02\x0002", "GS ( L prints a picture that was never stored"],
		[
			"real-time commands inside data",
			"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x01",
			"real-time command inside data: 100401",
		],
	])("%s is complained about", async (_name, bytes, complaint) => {
		const printer = await bench();
		await printer.print(bytes);
		await expect.poll(async () => (await printer.state()).complaints).toEqual([complaint]);
	});

	test("reads the same however the stream is cut", () => {
		const stream = fromHex(`${salesSlip().hex}1004011D76300002000200100410041D6B4902303110050112`);
		const whole = new CommandReader().push(stream);
		for (let cut = 1; cut < stream.length; cut++) {
			const reader = new CommandReader();
			expect([...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))]).toEqual(whole);
		}
	});
});

describe("the control port", () => {
	test("refuses what it does not know", async () => {
		const { set, act } = await bench();
		expect(await set({ paper: 3 })).toMatchObject({ ok: false });
		expect(await set({ noise: "1" })).toMatchObject({ ok: false });
		expect(await act("explode")).toMatchObject({ ok: false });
	});

	test("makes it speak in single bytes, after noise, or not at all", async () => {
		const printer = await bench();
		await printer.set({ split: true, noise: "FFC1" });
		await printer.send("1D61FF");
		expect(await printer.heard(6)).toBe("FFC110000000");
		await printer.set({ mute: true });
		await printer.send("1004011B70000000");
		await expect.poll(async () => (await printer.state()).pulses).toBe(1);
		await printer.set({ mute: false, split: false });
		await printer.send("100404");
		expect(await printer.heard(1)).toBe("12");
	});

	test("serves one TCP client at a time", async () => {
		const printer = await bench({ line: { kind: "tcp" } });
		expect(await outcomeOfOpening(printer.printer.address)).toMatch(/E_OFFLINE|E_NOHARDWARE/);
		await printer.send("100401");
		expect(await printer.heard(1)).toBe("12");
	});
});

test("runs as a process of its own", async () => {
	const printer = await startPrinter({ line: { kind: "tcp" } });
	closing.push(() => printer.stop());
	const line = await opened(printer.address);
	closing.push(() => line.close());
	await line.write(latin1("hello\n\x1dV\x00"));
	await expect.poll(async () => (await printer.state()).slips).toEqual([{ text: "hello" }]);
	await printer.set({ cover: "open" });
	expect(await printer.state()).toMatchObject({ condition: { cover: "open" } });
});
