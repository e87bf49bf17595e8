import { describe, expect, test } from "vitest";
import { AutomaticStatus } from "../../../src/drivers/escpos/automatic-status.ts";
import { fromAutomatic, fromRealTime, obstacle } from "../../../src/drivers/escpos/status.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";

const fine = { online: true, paper: "ok", cover: "closed", error: "none" } as const;

describe("the automatic status (Epson GS a)", () => {
	test.each([
		["10000000", fine],
		["14000000", fine],
		["18000000", { ...fine, online: false }],
		["38400000", { ...fine, online: false, cover: "open" }],
		["10000300", { ...fine, paper: "near_end" }],
		["18000F00", { ...fine, online: false, paper: "end" }],
		["18000C00", { ...fine, online: false, paper: "end" }],
		["18080000", { ...fine, online: false, error: "cutter" }],
		["18040000", { ...fine, online: false, error: "mechanical" }],
		["18200000", { ...fine, online: false, error: "unrecoverable" }],
		["18400000", { ...fine, online: false, error: "overheated" }],
		["386C0F00", { online: false, cover: "open", error: "unrecoverable", paper: "end" }],
	] as const)("%s", (block, status) => {
		expect(fromAutomatic(fromHex(block))).toEqual(status);
	});
});

describe("the real-time status (Epson DLE EOT 1 to 4)", () => {
	test.each([
		["12121212", fine],
		["16121212", fine],
		["1A121212", { ...fine, online: false }],
		["1A165212", { ...fine, online: false, cover: "open" }],
		["1212121E", { ...fine, paper: "near_end" }],
		["1A32127E", { ...fine, online: false, paper: "end" }],
		["1A321212", { ...fine, online: false, paper: "end" }],
		["1A521A12", { ...fine, online: false, error: "cutter" }],
		["1A521612", { ...fine, online: false, error: "mechanical" }],
		["1A523212", { ...fine, online: false, error: "unrecoverable" }],
		["1A525212", { ...fine, online: false, error: "overheated" }],
	] as const)("%s", (answers, status) => {
		const [printer = 0, offline = 0, error = 0, paper = 0] = fromHex(answers);
		expect(fromRealTime({ 1: printer, 2: offline, 3: error, 4: paper })).toEqual(status);
	});
});

describe("a slip sent now", () => {
	test.each([fine, { ...fine, paper: "near_end" }] as const)("would come out of a printer with %o", (status) => {
		expect(obstacle(status)).toBeUndefined();
	});

	test.each([
		[
			{ ...fine, paper: "end", online: false },
			{ code: "E_EXTENDED", extended: "paper_end" },
		],
		[
			{ ...fine, cover: "open", online: false },
			{ code: "E_EXTENDED", extended: "cover_open" },
		],
		[
			{ ...fine, error: "cutter", online: false },
			{ code: "E_EXTENDED", extended: "printer_cutter" },
		],
		[{ ...fine, online: false }, { code: "E_OFFLINE" }],
	] as const)("is stopped by %o: %o", (status, fault) => {
		expect(obstacle(status)).toMatchObject(fault);
	});
});

describe("blocks of the automatic status", () => {
	test("come out whole, however their bytes come in", async () => {
		const { blocks, status, until } = collected();
		for (const byte of fromHex("1000000018000F00")) {
			status.push(byte);
		}
		await until(2);
		expect(blocks).toEqual(["10000000", "18000F00"]);
	});

	test("a partial one does not shift those after it", async () => {
		const { blocks, status, until } = collected();
		[0x10, 0x00].forEach((byte) => status.push(byte));
		expect(status.breakOff()).toBe(2);
		expect(status.breakOff()).toBe(0);
		[0x18, 0x00, 0x0f, 0x00].forEach((byte) => status.push(byte));
		await until(1);
		expect(blocks).toEqual(["18000F00"]);
	});
});

function collected(): {
	readonly blocks: readonly string[];
	readonly status: AutomaticStatus;
	readonly until: (count: number) => Promise<void>;
} {
	const blocks: string[] = [];
	const arrivals: PromiseWithResolvers<void>[] = [Promise.withResolvers(), Promise.withResolvers()];
	const status = new AutomaticStatus((block) => {
		blocks.push(toHex(block));
		arrivals[blocks.length - 1]?.resolve();
	});
	return {
		blocks,
		status,
		until: async (count) => void (await Promise.all(arrivals.slice(0, count).map(({ promise }) => promise))),
	};
}
