import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import type { PinPad } from "../../../src/devices/pin-pad.ts";
import { Fault, isFault } from "../../../src/kernel/fault.ts";
import { verifyPad } from "../../../src/keys/injection/verify-pad.ts";
import { readRecord } from "../../../src/keys/record/key-record.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";
import { type InjectionRoom, injectionRoom, people, type Row } from "../support/injection-room.ts";
import { blockOf, kcvOf } from "../support/key-fixtures.ts";
import { type MemoryPad, memoryPad } from "../support/memory-pad.ts";
import { faultOf } from "../vault/key-store-contract.ts";

const tmks = ["9B1C6D5AE02F47838E3D70A4C6195BF2", "40D3A7F96C158EB22E9F584C71D0B63A"];
const tpks = ["5E2A91C8D046B37F1C8EB9347A62D5F0", "C7316EA8540B9DF286E3542C1FA97B0D"];
const kbpk = "D6A4F8193B5C7E024F8D1AB6E3975C20";
const bdk = "0123456789ABCDEFFEDCBA9876543210";
const serials = ["1001", "1002"];

/** A TMK in the clear, a TPK out of a key block under it, and an initial key, for each of two pads. */
const rows: readonly Row[] = serials.flatMap((serial, at): readonly Row[] => [
	{
		serial,
		slot: "0/1",
		role: "TPK",
		algorithm: "TDES2",
		block: blockOf(kbpk, "B0000P0TE00N0000", tpks[at] ?? ""),
		under: "kbpk",
		kek: `tmk-${serial}`,
		kcv: kcvOf(tpks[at] ?? ""),
	},
	{ serial, slot: "0", role: "TMK", algorithm: "TDES2", from: `tmk-${serial}`, kcv: kcvOf(tmks[at] ?? "") },
]);

function ready(): InjectionRoom {
	const made = injectionRoom("test", serials);
	made.put("kbpk", "KBPK", kbpk);
	made.put("bdk", "BDK", bdk);
	serials.forEach((serial, at) => made.put(`tmk-${serial}`, "TMK", tmks[at] ?? ""));
	return made;
}

function initialKeyRow(serial: string, ksn: string, kcv: string): Row {
	return { serial, slot: "0", role: "IPEK", algorithm: "TDES2", from: "bdk", ksn, kcv };
}

const ipekRow = initialKeyRow("1001", "FFFF9876543210E00000", kcvOf("6AC292FAA1315B4D858AB3A3D7D5933A"));

function types(room: InjectionRoom): readonly string[] {
	return room.record.entries.map(({ event }) => event.type).filter((type) => type !== "pad_added");
}

function contents(pad: MemoryPad): readonly (readonly string[])[] {
	return [...pad.keys].map(([place, key]) => [place, toHex(key)]);
}

describe("a batch", () => {
	it("brings every key into its slot, carriers first, and proves and records it", async () => {
		const at = ready();
		const batch = at.batch(rows);
		expect(batch.openPads).toEqual(serials);
		const pad = memoryPad("1001");
		expect(await batch.inject(pad)).toMatchObject({ serial: "1001", state: "complete" });
		expect(pad.loads).toEqual(["master 0 clear", "working 0/1 enciphered"]);
		expect(contents(pad)).toEqual([
			["master 0", tmks[0]],
			["working 0/1", tpks[0]],
		]);
		expect(types(at)).toEqual(["batch_started", "load_started", "load_proved", "load_started", "load_proved"]);
		expect(at.record.entries.slice(-4).every(({ by }) => by.join() === "Alice,Bob")).toBe(true);
		expect(at.record.book.slots("1001").get("working 0/1")).toMatchObject({ kcv: { value: kcvOf(tpks[0] ?? "") } });
		expect(batch.openPads).toEqual(["1002"]);
	});

	it("ends in an account of every pad of the list", async () => {
		const at = ready();
		const batch = at.batch(rows);
		await batch.inject(memoryPad("1001"));
		expect(batch.finish().map(({ serial, state }) => [serial, state])).toEqual([
			["1001", "complete"],
			["1002", "missing"],
		]);
		expect(at.record.entries.at(-1)?.event).toMatchObject({ end: "incomplete", loaded: 1, refused: 0, missing: 1 });
		await batch.inject(memoryPad("1002"));
		batch.finish();
		expect(at.record.entries.at(-1)?.event).toMatchObject({ end: "complete", loaded: 2, missing: 0 });
	});

	it("shows its progress", async () => {
		const at = ready();
		await at.batch(rows).inject(memoryPad("1001"));
		expect(at.progress.map(({ place, step, done, total }) => `${place} ${step} ${done}/${total}`)).toEqual([
			"master 0 loading 0/4",
			"master 0 loaded 1/4",
			"working 0/1 loading 1/4",
			"working 0/1 loaded 2/4",
		]);
	});

	it("writes no key anywhere", async () => {
		const at = ready();
		await at.batch(rows).inject(memoryPad("1001"));
		const written = readFileSync(at.path, "latin1").toUpperCase() + JSON.stringify(at.progress);
		for (const secret of [...tmks, ...tpks, kbpk, bdk]) {
			expect(written).not.toContain(secret);
			expect(written).not.toContain(secret.slice(0, 16));
		}
	});

	it("passes a key block through to a pad that knows its KBPK", async () => {
		const at = ready();
		at.put("klk", "KEK", "A85C17E3F2946DB00F7B3AD9E1562C84");
		const pad = memoryPad("1001");
		pad.keys.set("transport", clearTdesKey(fromHex("A85C17E3F2946DB00F7B3AD9E1562C84")));
		const block = blockOf("A85C17E3F2946DB00F7B3AD9E1562C84", "B0000K0TB00N0000", tmks[0] ?? "");
		const row = { ...rows[1], from: undefined, block, under: "klk", kek: "klk" };
		await at.batch([JSON.parse(JSON.stringify(row))]).inject(pad);
		expect(pad.loads).toEqual(["master 0 key_block"]);
	});

	it("loads initial keys with their serial numbers, and says that a pad shows no proof of them", async () => {
		const at = ready();
		const pad = memoryPad("1001");
		pad.show = () => ({ kind: "held" });
		expect(await at.batch([ipekRow]).inject(pad)).toMatchObject({ state: "complete" });
		expect(contents(pad)).toEqual([["initial 0", "6AC292FAA1315B4D858AB3A3D7D5933A"]]);
		expect(pad.ksns).toEqual(["FFFF9876543210E00000"]);
		expect(at.record.book.slots("1001").get("initial 0")?.proof).toEqual({ kind: "held" });
	});

	it("stops between two keys when it is told to, and goes on with the rest", async () => {
		const at = ready();
		const stop = new AbortController();
		const pad = memoryPad("1001");
		pad.trap = (step) => {
			if (step === "after load") {
				stop.abort(new Fault("cancelled"));
			}
		};
		await expect(at.batch(rows, stop.signal).inject(pad)).rejects.toThrow(faultOf("cancelled"));
		expect(pad.loads).toEqual(["master 0 clear"]);
		expect(types(at)).toEqual(["batch_started", "load_started", "load_proved"]);
		pad.trap = () => undefined;
		expect(await at.batch(rows).inject(pad)).toMatchObject({ state: "complete" });
		expect(pad.loads).toEqual(["master 0 clear", "working 0/1 enciphered"]);
	});
});

describe("a refusal, recorded with its code,", () => {
	/** The code that was thrown, once it is seen to be the one recorded. */
	const refusal = async (at: InjectionRoom, pad: PinPad, list: readonly Row[]): Promise<string> => {
		const thrown: unknown = await at
			.batch(list)
			.inject(pad)
			.catch((error: unknown) => error);
		const event = at.record.entries.at(-1)?.event;
		const recorded = event?.type === "load_refused" ? event.code : event?.type;
		return isFault(thrown) && thrown.code === recorded ? recorded : `${String(thrown)}, recorded ${recorded}`;
	};

	it("meets a pad that is not in the inventory", async () => {
		const at = ready();
		const list = rows.map((row) => (row["serial"] === "1002" ? { ...row, serial: "6666" } : row));
		const pad = memoryPad("6666");
		expect(await refusal(at, pad, list)).toBe("pad_unknown");
		expect(pad.loads).toEqual([]);
	});

	it("meets a pad that is not in the manifest", async () => {
		expect(await refusal(ready(), memoryPad("6666"), rows)).toBe("pad_not_listed");
	});

	it("meets another pad in the middle of the work", async () => {
		const pad = memoryPad("1001");
		let asked = 0;
		pad.trap = (step) => {
			asked += step === "before serial" ? 1 : 0;
			pad.serial = asked > 2 ? "1002" : "1001";
		};
		const at = ready();
		expect(await refusal(at, pad, rows)).toBe("pad_changed");
		expect(pad.loads).toEqual(["master 0 clear"]);
	});

	it("meets a pad that shows another check value", async () => {
		const pad = memoryPad("1001");
		pad.show = () => ({ kind: "check_value", method: "ecb-zeros", value: fromHex("123456") });
		expect(await refusal(ready(), pad, rows)).toBe("kcv_differs");
	});

	it("meets a pad that shows no proof of a master key", async () => {
		const pad = memoryPad("1001");
		pad.show = () => ({ kind: "held" });
		expect(await refusal(ready(), pad, rows)).toBe("key_unproven");
	});

	it("meets a pad that has no such slot", async () => {
		const pad = memoryPad("1001");
		pad.forms = ["key_block"];
		expect(await refusal(ready(), pad, rows)).toBe("slot_unsuitable");
	});

	it("meets a clear key on its way into a pad with keys of others", async () => {
		const pad = memoryPad("1001");
		pad.keys.set("master 5", clearTdesKey(fromHex("1F8C2E6B94A0D7533B6E90C2F1485DA7")));
		expect(await refusal(ready(), pad, rows)).toBe("clear_load_refused");
		expect(pad.loads).toEqual([]);
	});

	it("meets a clear production key, whatever the pad holds", async () => {
		const at = injectionRoom("production", serials);
		at.put("tmk-1001", "TMK", tmks[0] ?? "");
		const pad = memoryPad("1001");
		expect(await refusal(at, pad, [rows[1] ?? {}])).toBe("clear_load_refused");
		expect(pad.loads).toEqual([]);
	});

	it("meets one pad on two lines at once", async () => {
		const batch = ready().batch(rows);
		const [first, second] = await Promise.allSettled([
			batch.inject(memoryPad("1001")),
			batch.inject(memoryPad("1001")),
		]);
		expect(first.status).toBe("fulfilled");
		expect(second).toMatchObject({ status: "rejected", reason: { code: "pad_changed" } });
	});

	it("keeps a pad with a wrong row from being touched, and lets the others be loaded", async () => {
		const at = ready();
		const list = rows.map((row, index) => (index === 0 ? { ...row, kcv: "123456" } : row));
		const batch = at.batch(list);
		expect(batch.openPads).toEqual(["1002"]);
		const pad = memoryPad("1001");
		await expect(batch.inject(pad)).rejects.toThrow(faultOf("kcv_differs"));
		expect(pad.loads).toEqual([]);
		await batch.inject(memoryPad("1002"));
		expect(batch.finish().map(({ serial, state }) => [serial, state])).toEqual([
			["1001", "refused"],
			["1002", "complete"],
		]);
	});

	it("needs a driver that knows how to load", async () => {
		const { keyLoading: _, ...mute } = memoryPad("1001");
		await expect(ready().batch(rows).inject(mute)).rejects.toThrow(faultOf("E_ILLEGAL"));
	});
});

describe("taken up again", () => {
	it("loads nothing a second time", async () => {
		const at = ready();
		const pad = memoryPad("1001");
		await at.batch(rows).inject(pad);
		const again = at.restart();
		await again.batch(rows).inject(pad);
		expect(pad.loads).toHaveLength(2);
		expect(again.progress.map(({ step, done }) => [step, done])).toEqual([
			["loading", 2],
			["already_there", 2],
			["loading", 2],
			["already_there", 2],
		]);
	});

	it("takes over what an earlier manifest had loaded, after asking the pad", async () => {
		const at = ready();
		const pad = memoryPad("1001");
		await at.batch(rows.slice(0, 2)).inject(pad);
		const batch = at.batch(rows);
		expect(await batch.inject(pad)).toMatchObject({ state: "complete" });
		expect(pad.loads).toHaveLength(2);
	});

	it("loads a key again that the pad has lost, but never an initial key that was in use", async () => {
		const at = ready();
		const pad = memoryPad("1001");
		const list = [...rows.slice(0, 2), ipekRow];
		await at.batch(list).inject(pad);
		for (const taken of [list, [...list, rows[2] ?? {}]]) {
			pad.keys.clear();
			await expect(at.batch(taken).inject(pad)).rejects.toThrow(faultOf("ksn_reused"));
			expect(pad.loads.splice(0).slice(-2)).toEqual(["master 0 clear", "working 0/1 enciphered"]);
		}
	});

	it("after a stop anywhere: every key is in its slot once, no serial number is given out twice", async () => {
		const list = [...rows.slice(0, 2), ipekRow];
		await fc.assert(
			fc.asyncProperty(fc.array(fc.nat(12), { maxLength: 6 }), fc.boolean(), async (stops, showsInitialKey) => {
				let at = ready();
				const pad = memoryPad("1001");
				const show = pad.show;
				const isInitial = (key: Uint8Array): boolean => toHex(key).startsWith("6AC2");
				pad.show = (key) => (isInitial(key) && !showsInitialKey ? { kind: "held" } : show(key));
				for (const stop of stops) {
					let steps = 0;
					pad.trap = () => {
						steps += 1;
						if (steps > stop) {
							throw new Fault("E_NOHARDWARE");
						}
					};
					await at
						.batch(list)
						.inject(pad)
						.catch(() => undefined);
					at = at.restart();
				}
				pad.trap = () => undefined;
				const batch = at.batch(list);
				expect(await batch.inject(pad)).toMatchObject({ state: "complete" });
				expect(batch.finish()).toMatchObject([{ state: "complete" }]);
				expect(contents(pad).toSorted(([a = ""], [b = ""]) => a.localeCompare(b))).toEqual([
					["initial 0", "6AC292FAA1315B4D858AB3A3D7D5933A"],
					["master 0", tmks[0]],
					["working 0/1", tpks[0]],
				]);
				expect(new Set(pad.loads).size).toBe(3);
				expect(showsInitialKey ? pad.loads.length : 3).toBe(3);
				expect(readRecord(at.path)).toMatchObject({ brokenAt: undefined, tornBytes: 0 });
				at.record.close();
			}),
			{ numRuns: 100 },
		);
	});
});

describe("verification", () => {
	const signal = new AbortController().signal;

	it("proves once more what was loaded, without the vault and without loading", async () => {
		const at = ready();
		const pad = memoryPad("1001");
		await at.batch(rows).inject(pad);
		const verified = await verifyPad(pad, { record: at.record, people, signal });
		expect(verified.map(({ place, verdict }) => [place, verdict])).toEqual([
			["master 0", "proved"],
			["working 0/1", "proved"],
		]);
		expect(pad.loads).toHaveLength(2);
		expect(at.record.entries.at(-1)?.event).toEqual({
			type: "key_verified",
			serial: "1001",
			place: "working 0/1",
			result: "proved",
		});
	});

	it("finds what is gone, and what is another key", async () => {
		const at = ready();
		const pad = memoryPad("1001");
		await at.batch(rows).inject(pad);
		pad.keys.delete("working 0/1");
		pad.keys.set("master 0", clearTdesKey(fromHex(tmks[1] ?? "")));
		const verified = await verifyPad(pad, { record: at.record, people, signal });
		expect(verified.map(({ verdict }) => verdict)).toEqual(["differs", "missing"]);
	});

	it("refuses a pad that nobody knows", async () => {
		const at = ready();
		await expect(verifyPad(memoryPad("6666"), { record: at.record, people, signal })).rejects.toThrow(
			faultOf("pad_unknown"),
		);
	});
});
