import { afterEach, describe, expect, it } from "vitest";
import { visa1000seDriver } from "../../../src/drivers/visa1000se/visa1000se-driver.ts";
import { systemClock } from "../../../src/kernel/clock.ts";
import { type ConnectedPad, connectPad } from "../../../src/keys/injection/connect-pad.ts";
import { verifyPad } from "../../../src/keys/injection/verify-pad.ts";
import { openPort } from "../../../src/ports/open-port.ts";
import { silentLog } from "../../support/silent-log.ts";
import { startVisaPad, type VisaPadUnderTest } from "../../support/start-visa-pad.ts";
import { visaPort } from "../../support/visa-driver.ts";
import { type InjectionRoom, injectionRoom, people, type Row } from "../support/injection-room.ts";
import { blockOf, kcvOf } from "../support/key-fixtures.ts";

const serial = "24680001";
const klk = "A85C17E3F2946DB00F7B3AD9E1562C84";
const tmk = "9B1C6D5AE02F47838E3D70A4C6195BF2";
const ksn = "FFFF9876543210E00000";
const clearRow: Row = { serial, slot: "0", role: "TMK", algorithm: "TDES2", from: "tmk", kcv: kcvOf(tmk) };
const initialRow: Row = {
	serial,
	slot: "0",
	role: "IPEK",
	algorithm: "TDES2",
	from: "bdk",
	ksn,
	kcv: kcvOf("6AC292FAA1315B4D858AB3A3D7D5933A"),
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).toReversed()) {
		await close();
	}
});

async function virtualPad(options: Readonly<Record<string, unknown>> = {}): Promise<VisaPadUnderTest> {
	const pad = await startVisaPad({ serialNumber: serial, dialect: "uic", keyManagement: "dukpt", ...options });
	closing.push(() => pad.stop());
	return pad;
}

async function connected(path: string): Promise<ConnectedPad> {
	const connection = await connectPad({
		driver: visa1000seDriver,
		port: visaPort(path),
		options: { dialect: "uic", experimental: true, acknowledgeMs: 400, replyMs: 800, closingMs: 400 },
		openPort,
		clock: systemClock,
		log: silentLog,
		signal: new AbortController().signal,
	});
	closing.push(() => connection.close());
	return connection;
}

function room(): InjectionRoom {
	const at = injectionRoom("test", [serial]);
	at.put("tmk", "TMK", tmk);
	at.put("klk", "KEK", klk);
	at.put("bdk", "BDK", "0123456789ABCDEFFEDCBA9876543210");
	return at;
}

it("loads a master key and an initial key, and says which of them the pad can prove", async () => {
	const pad = await virtualPad();
	const { pad: device } = await connected(pad.path);
	const at = room();
	expect(await at.batch([initialRow, clearRow]).inject(device)).toMatchObject({ state: "complete" });
	const { places } = await pad.state();
	expect(places.slots.map(({ slot }) => slot)).toEqual(["0"]);
	expect(places.engines).toEqual([{ engine: 0, ksn }]);
	const { signal } = new AbortController();
	const verified = await verifyPad(device, { record: at.record, people, signal });
	expect(verified.map(({ place, verdict }) => [place, verdict])).toEqual([
		["master 0", "proved"],
		["initial 0", "not_provable"],
	]);
});

it("passes a key block on to the pad, which opens it under its transport key", async () => {
	const pad = await virtualPad({ masterKeys: [{ slot: "F", key: klk }] });
	const { pad: device } = await connected(pad.path);
	const block = blockOf(klk, "B0000K0TD00N0000", tmk);
	const row = { serial, slot: "0", role: "TMK", algorithm: "TDES2", block, under: "klk", kek: "klk", kcv: kcvOf(tmk) };
	const at = room();
	expect(await at.batch([row]).inject(device)).toMatchObject({ state: "complete" });
	expect(at.record.entries.find(({ event }) => event.type === "load_started")?.event).toMatchObject({
		form: "key_block",
		header: block.slice(0, 16),
	});
});

describe("a load that goes wrong is recorded with the pad's own code, and made good by the next run", () => {
	it.each([
		["an echo that differs from what was sent", { name: "wrong_echo", packet: "02" }, "echo_differs"],
		["power lost between echo and confirmation", { name: "no_eot", packet: "02" }, "load_unconfirmed"],
	])("%s", async (_, fault, extended) => {
		const pad = await virtualPad({ faults: [fault] });
		const at = room();
		const first = await connected(pad.path);
		await expect(at.batch([clearRow]).inject(first.pad)).rejects.toMatchObject({ name: "Fault" });
		const event = at.record.entries.at(-1)?.event;
		expect(event).toMatchObject({ type: "load_refused", place: "master 0", extended });
		await first.close();
		await pad.setFaults();
		await pad.act("unplug");
		await pad.act("plug");
		const path = (await pad.state()).path ?? "";
		const second = await connected(path);
		const again = at.batch([clearRow]);
		expect(await again.inject(second.pad)).toMatchObject({ state: "complete" });
		expect(again.finish()).toMatchObject([{ state: "complete" }]);
	});
});
