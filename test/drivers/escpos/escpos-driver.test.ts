import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { DeviceState } from "../../../src/devices/device.ts";
import { DeviceKeeper } from "../../../src/devices/device-keeper.ts";
import type { PosPrinter } from "../../../src/devices/pos-printer.ts";
import { escposDriver } from "../../../src/drivers/escpos/escpos-driver.ts";
import { systemClock } from "../../../src/kernel/clock.ts";
import { openPort } from "../../../src/ports/open-port.ts";
import { silentLog } from "../../support/silent-log.ts";
import { type PrinterProcess, portAddress, startPrinter } from "../../support/start-printer.ts";
import { attachPrinter, printJob } from "./attach-printer.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).toReversed()) {
		await close();
	}
});

async function simulated(options: Readonly<Record<string, unknown>> = {}): Promise<PrinterProcess> {
	const simulator = await startPrinter(options);
	closing.push(() => simulator.stop());
	return simulator;
}

async function attached(
	simulator: PrinterProcess,
	options: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly printer: PosPrinter; readonly lost: AbortSignal }> {
	const { printer, line } = await attachPrinter(simulator.address, options);
	closing.push(() => line.close());
	return { printer, lost: line.lost };
}

const slip = "{width:auto}\n^TILLBRIDGE CAFE\n-\nCoffee | 2 x 4.50 | 9.00\nTotal | 9.00\n=\nThank you";
const slipLines = [
	"         TILLBRIDGE CAFE",
	"------------------------------------------------",
	"Coffee              2 x 4.50                9.00",
	"Total                                       9.00",
	"                    Thank you",
];
const tallSlip = Array.from({ length: 12 }, (_, index) => `line ${index + 1} |`).join("\n");
const tallLines = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);

describe.each([["pty"], ["tcp"]])("over %s", (kind) => {
	const line = { kind };

	test("a slip is proven printed, and comes out as laid out with one cut", async () => {
		const simulator = await simulated({ line });
		const { printer } = await attached(simulator);
		expect(printer).toMatchObject({
			category: "PosPrinter",
			model: "TB-80 virtual",
			columns: 48,
			status: { online: true, paper: "ok", cover: "closed", error: "none" },
		});
		const job = printJob(slip);
		expect(await printer.print(job)).toBe("printed");
		expect(job.states).toEqual(["queued", "sent", "printed"]);
		expect(await simulator.state()).toMatchObject({
			slips: [{ text: slipLines.join("\n") }],
			hanging: "",
			complaints: [],
			pulses: 0,
		});
	});

	test("paper that ends during the job suspends it; new paper lets it go on by itself", async () => {
		const simulator = await simulated({ line, switches: { paperLines: 5 } });
		const { printer } = await attached(simulator);
		const job = printJob(tallSlip);
		const printing = printer.print(job);
		await job.reached("suspended");
		expect(printer.status).toEqual({ online: false, paper: "end", cover: "closed", error: "none" });
		expect(await simulator.state()).toMatchObject({ slips: [], hanging: tallLines.slice(0, 5).join("\n") });
		await simulator.act("load_paper");
		expect(await printing).toBe("printed");
		expect(job.states).toEqual(["queued", "sent", "suspended", "sent", "printed"]);
		expect(await simulator.state()).toMatchObject({
			slips: [{ text: tallLines.join("\n") }],
			hanging: "",
			complaints: [],
		});
	});

	test("a line lost during the job leaves it unknown", async () => {
		const simulator = await simulated({ line, switches: { paperLines: 5 } });
		const { printer, lost } = await attached(simulator);
		const job = printJob(tallSlip);
		const printing = printer.print(job);
		await job.reached("suspended");
		await simulator.act("unplug");
		expect(await printing).toBe("unknown");
		expect(job.states.at(-1)).toBe("unknown");
		expect(lost.reason).toMatchObject({ code: "E_NOHARDWARE" });
		await expect(printer.print(printJob(slip))).rejects.toMatchObject({ code: "E_NOHARDWARE" });
	});

	test("a printer that goes silent during the job leaves it unknown, and the line is given up", async () => {
		const simulator = await simulated({ line, switches: { paperLines: 5 } });
		const { printer, lost } = await attached(simulator, { answerMs: 500 });
		const job = printJob(tallSlip);
		const printing = printer.print(job);
		await job.reached("suspended");
		await simulator.act("power_off");
		expect(await printing).toBe("unknown");
		expect(lost.reason).toMatchObject({ code: "E_OFFLINE" });
	});

	test("a switched-off printer is not printed on", async () => {
		const simulator = await simulated({ line });
		const { printer, lost } = await attached(simulator, { answerMs: 500 });
		await simulator.act("power_off");
		const job = printJob(slip);
		await expect(printer.print(job)).rejects.toMatchObject({ code: "E_OFFLINE" });
		expect(job.states).toEqual(["queued"]);
		expect(lost.reason).toMatchObject({ code: "E_OFFLINE" });
		await simulator.act("power_on");
		expect(await simulator.state()).toMatchObject({ slips: [], hanging: "", buffered: 0 });
	});

	test("noise before answers and answers in single bytes change nothing", async () => {
		const simulator = await simulated({ line, switches: { noise: "FF80C1FE9990", split: true } });
		const { printer } = await attached(simulator);
		await simulator.set({ noise: "5F35E0" });
		expect(await printer.checkHealth()).toEqual({ online: true, paper: "ok", cover: "closed", error: "none" });
		await simulator.set({ noise: "14" });
		expect(await printer.print(printJob(slip))).toBe("printed");
		expect(await simulator.state()).toMatchObject({ slips: [{ text: slipLines.join("\n") }] });
	});
});

test("Chinese comes out as written, in columns", async () => {
	const simulator = await simulated({ columns: 32 });
	const { printer } = await attached(simulator, { columns: 32 });
	const markup = "{width:auto}\n^^合计\n商户名称 | 中文测试商店\n金额 RMB | ￥12.50\n½ 杯 café 𠮷 | ¥ €";
	expect(await printer.print(printJob(markup))).toBe("printed");
	const { slips, complaints } = await simulator.state();
	expect(complaints).toEqual([]);
	expect(slips).toEqual([
		{
			text: [
				"              合计",
				"商户名称            中文测试商店",
				"金额 RMB                 ￥12.50",
				"? 杯 café ?               ￥ €",
			].join("\n"),
		},
	]);
});

describe("nothing is sent", () => {
	test.each([
		[{ paperLines: 0 }, { code: "E_EXTENDED", extended: "paper_end" }, { paper: "end" }],
		[{ cover: "open" }, { code: "E_EXTENDED", extended: "cover_open" }, { cover: "open", error: "none" }],
		[{ error: "cutter" }, { code: "E_EXTENDED", extended: "printer_cutter" }, { error: "cutter" }],
		[{ error: "overheated" }, { code: "E_EXTENDED", extended: "printer_overheated" }, { error: "overheated" }],
		[{ error: "unrecoverable" }, { code: "E_EXTENDED", extended: "printer_unrecoverable" }, { error: "unrecoverable" }],
		[{ error: "mechanical" }, { code: "E_EXTENDED", extended: "printer_mechanical" }, { error: "mechanical" }],
		[{ online: false }, { code: "E_OFFLINE" }, { online: false }],
	] as const)("to a printer with %o", async (switches, fault, status) => {
		const simulator = await simulated({ switches });
		const { printer } = await attached(simulator);
		expect(printer.status).toMatchObject(status);
		await expect(printer.print(printJob(slip))).rejects.toMatchObject(fault);
		expect(await simulator.state()).toMatchObject({ slips: [], hanging: "", buffered: 1 });
		await simulator.set({ paperLines: 100, cover: "closed", error: "none", online: true });
		expect(await printer.print(printJob(slip))).toBe("printed");
		expect(printer.model).toBe("TB-80 virtual");
		expect(await simulator.state()).toMatchObject({ slips: [{ text: slipLines.join("\n") }] });
	});

	test("of a slip with raw commands", async () => {
		const { printer } = await attached(await simulated());
		const job = printJob("{command:\\x1bp\\x00\\x19\\xfa}");
		await expect(printer.print(job)).rejects.toMatchObject({ code: "E_ILLEGAL", extended: "raw_command" });
	});
});

describe("while a slip is coming out", () => {
	test("an opened cover suspends it, a closed one lets it go on", async () => {
		const simulator = await simulated({ lineMs: 50 });
		const { printer } = await attached(simulator);
		const job = printJob(tallSlip);
		const printing = printer.print(job);
		await job.reached("sent");
		await simulator.set({ cover: "open" });
		await job.reached("suspended");
		expect(printer.status).toMatchObject({ cover: "open", online: false, error: "none" });
		await simulator.set({ cover: "closed" });
		expect(await printing).toBe("printed");
		expect(await simulator.state()).toMatchObject({ slips: [{ text: tallLines.join("\n") }] });
	});

	test("a jammed cutter suspends it until somebody has opened and closed the cover", async () => {
		const simulator = await simulated({ switches: { cutterJam: true } });
		const { printer } = await attached(simulator);
		const job = printJob(slip);
		const printing = printer.print(job);
		await job.reached("suspended");
		expect(printer.status).toMatchObject({ error: "cutter" });
		expect(await simulator.state()).toMatchObject({ slips: [], hanging: slipLines.join("\n") });
		await simulator.set({ cover: "open", cutterJam: false });
		await simulator.set({ cover: "closed" });
		expect(await printing).toBe("printed");
		expect(await simulator.state()).toMatchObject({
			slips: [{ text: slipLines.join("\n") }],
			condition: { error: "none" },
		});
	});

	test("a second one waits, and each is cut once", async () => {
		const simulator = await simulated({ lineMs: 5 });
		const { printer } = await attached(simulator);
		const second = printJob(tallSlip);
		expect(await Promise.all([printer.print(printJob(slip)), printer.print(second)])).toEqual(["printed", "printed"]);
		expect(await simulator.state()).toMatchObject({
			slips: [{ text: slipLines.join("\n") }, { text: tallLines.join("\n") }],
			hanging: "",
		});
	});

	test("a caller that gives up leaves it unknown, and the printer goes on being of use", async () => {
		const simulator = await simulated({ lineMs: 5, switches: { paperLines: 2 } });
		const { printer } = await attached(simulator);
		const job = printJob(tallSlip);
		const stop = new AbortController();
		const printing = printer.print(job, stop.signal);
		await job.reached("suspended");
		stop.abort(new Error("shutting down"));
		expect(await printing).toBe("unknown");
		await simulator.act("load_paper");
		expect(await printer.print(printJob(slip))).toBe("printed");
		expect(await simulator.state()).toMatchObject({
			slips: [{ text: tallLines.join("\n") }, { text: slipLines.join("\n") }],
			hanging: "",
		});
	});

	test("paper that never comes makes it unknown in the end", async () => {
		const simulator = await simulated({ switches: { paperLines: 5 } });
		const { printer } = await attached(simulator, { suspendedMs: 1_000 });
		expect(await printer.print(printJob(tallSlip))).toBe("unknown");
	});
});

describe("proof", () => {
	test("a clone that knows no process ids is asked by GS r, and the question leaves no trace on paper", async () => {
		const simulator = await simulated({ dialect: "clone" });
		const { printer } = await attached(simulator, { answerMs: 500 });
		expect(printer.model).toBe("ESC/POS printer");
		expect(await simulator.state()).toMatchObject({ hanging: "", lineBegun: false });
		expect(await printer.print(printJob(slip))).toBe("printed");
		expect(await simulator.state()).toMatchObject({ slips: [{ text: slipLines.join("\n") }], complaints: [] });
	});

	test("an answer that an earlier slip is owed proves no later one", async () => {
		const simulator = await simulated({ dialect: "clone", lineMs: 5, switches: { paperLines: 2 } });
		const { printer } = await attached(simulator, { answerMs: 500 });
		const job = printJob(tallSlip);
		const stop = new AbortController();
		const printing = printer.print(job, stop.signal);
		await job.reached("suspended");
		stop.abort(new Error("the till gave up"));
		expect(await printing).toBe("unknown");
		await simulator.act("load_paper");
		expect(await printer.print(printJob(slip))).toBe("printed");
		expect(await simulator.state()).toMatchObject({
			slips: [{ text: tallLines.join("\n") }, { text: slipLines.join("\n") }],
			hanging: "",
		});
	});

	test("a printer that is still busy with a slip from before a restart is asked again", async () => {
		const simulator = await simulated({ lineMs: 120 });
		const before = await attachPrinter(simulator.address);
		const interrupted = before.printer.print(printJob(tallSlip));
		await expect.poll(async () => (await simulator.state()).hanging).not.toBe("");
		await before.line.close();
		expect(await interrupted).toBe("unknown");
		const { printer } = await attached(simulator, { answerMs: 500 });
		expect(printer.model).toBe("ESC/POS printer");
		expect(await printer.print(printJob(slip))).toBe("printed");
		expect(printer.model).toBe("TB-80 virtual");
		expect(await simulator.state()).toMatchObject({
			slips: [{ text: tallLines.join("\n") }, { text: slipLines.join("\n") }],
		});
	});

	test("a printer that knows neither question proves nothing", async () => {
		const simulator = await simulated({ dialect: "mute clone" });
		const { printer } = await attached(simulator, { answerMs: 500, printMs: 1_000 });
		expect(await printer.print(printJob(slip))).toBe("unknown");
		await expect.poll(async () => (await simulator.state()).slips).toHaveLength(1);
	});

	test("a printer that can only listen prints, but proves nothing", async () => {
		const simulator = await simulated({ switches: { mute: true } });
		const { printer } = await attached(simulator, { answerMs: 500, completion: "none" });
		expect(await printer.print(printJob(slip))).toBe("unknown");
	});

	test("a printer that stays silent is not attached", async () => {
		const simulator = await simulated({ switches: { mute: true } });
		await expect(attached(simulator, { answerMs: 500 })).rejects.toMatchObject({ code: "E_TIMEOUT" });
	});
});

test("status comes by itself, without a question", async () => {
	const simulator = await simulated({ nearEndLines: 20 });
	const { printer } = await attached(simulator);
	await simulator.set({ paperLines: 20 });
	await expect.poll(() => printer.status).toEqual({ online: true, paper: "near_end", cover: "closed", error: "none" });
	expect(await printer.print(printJob(slip))).toBe("printed");
});

test("a printer switched off while idle is noticed", async () => {
	const simulator = await simulated({ line: { kind: "tcp" } });
	const { lost } = await attached(simulator, { answerMs: 500, watchMs: 1_000 });
	await simulator.act("power_off");
	await new Promise<void>((resolve) => lost.addEventListener("abort", () => resolve()));
	expect(lost.reason).toMatchObject({ code: "E_OFFLINE" });
});

test("a printer that was unplugged is opened anew, and prints again", async () => {
	const folder = mkdtempSync(join(tmpdir(), "printer-"));
	closing.push(async () => rmSync(folder, { recursive: true }));
	const simulator = await simulated({ line: { kind: "pty", link: join(folder, "printer") } });
	const keeper = new DeviceKeeper({
		id: "prn1",
		driver: escposDriver,
		port: portAddress(simulator.address),
		options: {},
		openPort,
		clock: systemClock,
		log: silentLog,
	});
	closing.push(() => keeper.close());
	const reached = (state: DeviceState["state"]): Promise<void> =>
		expect.poll(() => keeper.state.state, { timeout: 10_000 }).toBe(state);
	keeper.start();
	await reached("enabled");
	expect(keeper.state).toMatchObject({ model: "TB-80 virtual" });
	await simulator.act("unplug");
	await reached("offline");
	await simulator.act("plug");
	await reached("enabled");
	expect(await keeper.use().print(printJob(slip))).toBe("printed");
	expect(await simulator.state()).toMatchObject({ slips: [{ text: slipLines.join("\n") }] });
});
