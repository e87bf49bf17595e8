import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostLine, Unmatched } from "../../../src/acquirers/host-line.ts";
import type { HostAnswer } from "../../../src/acquirers/profile.ts";
import { isFault } from "../../../src/kernel/fault.ts";
import { latin1 } from "../../../src/wire/bytes.ts";
import { fromHex } from "../../../src/wire/hex.ts";
import { type AcquirerProcess, startAcquirer } from "../../support/start-acquirer.ts";
import { lineTo, TestTerminal } from "../../support/test-terminal.ts";
import { terminal as identity, shippedProfile } from "../../support/unionpay.ts";

const profile = shippedProfile();
const scratch = mkdtempSync(join(tmpdir(), "acquirer-"));
const ledgerFile = join(scratch, "ledger.jsonl");
let acquirer: AcquirerProcess;
let line: HostLine;
let till: TestTerminal;
let stans = 0;

/** A terminal whose trace numbers no earlier test has used. */
function aTill(over: HostLine, answerMs = 2000): TestTerminal {
	const fresh = new TestTerminal(profile, over, answerMs);
	stans += 100;
	for (let used = 0; used < stans; used++) {
		fresh.trace();
	}
	return fresh;
}

async function codeOf(outcome: Promise<HostAnswer>): Promise<string> {
	try {
		return (await outcome).responseCode;
	} catch (thrown) {
		return isFault(thrown) ? thrown.code : String(thrown);
	}
}

beforeAll(async () => {
	acquirer = await startAcquirer({ ledgerFile });
});

afterAll(async () => {
	await acquirer.stop();
	rmSync(scratch, { recursive: true });
});

beforeEach(async () => {
	await acquirer.setFaults();
	line = lineTo(profile, acquirer.port, "kept_open");
	till = aTill(line);
	await till.signIn();
});

afterEach(() => line.close());

describe("a well-behaved acquirer", () => {
	test.each(["001", "003", "004"] as const)("signs a terminal in with key set %s", async (keys) => {
		const own = shippedProfile({ signIn: { keys, licence: "3060" } });
		const answer = await new TestTerminal(own, line).signIn();
		expect(answer.workingKeys.map(({ role }) => role)).toEqual(keys === "004" ? ["TPK", "TAK", "TDK"] : ["TPK", "TAK"]);
	});

	test("approves a sale with a PIN, under a MAC", async () => {
		const answer = await till.sell(1250, "123456");
		expect(answer).toMatchObject({ responseCode: "00", maskedPan: "622202******6789", scheme: "CUP" });
		expect(answer.approvalCode).toMatch(/^\d{6}$/);
		expect(till.macIsRight(answer)).toBe(true);
		expect((await acquirer.state()).ledger.at(-1)).toMatchObject({
			state: "approved",
			amount: 1250,
			responseCode: "00",
		});
	});

	test("tells a wrong PIN from a PIN block that is none", async () => {
		expect(await codeOf(till.sell(1250, "654321"))).toBe("55");
		const order = { ...till.order(1250), pin: { block: fromHex("0011223344556677"), ksn: undefined } };
		expect(await codeOf(till.exchange(till.seal(profile.payment(order).draft)))).toBe("99");
	});

	test("answers an echo", async () => {
		expect(await codeOf(till.exchange(profile.echo(identity, () => till.trace()).seal(undefined)))).toBe("00");
	});

	test.each([
		[900_051, "51"],
		[900_100, "A0"],
		[900_107, "A7"],
		[900_108, "00"],
	])("amount %i is answered with %s", async (amount, code) => {
		expect(await codeOf(till.sell(amount))).toBe(code);
	});

	test("amount 9000.10 is approved in part", async () => {
		expect(await till.sell(900_010)).toMatchObject({ verdict: "partially_approved", approvedAmount: 450_005 });
	});

	test("refuses a wrong MAC, a used trace number, and whoever has not signed in", async () => {
		const { draft } = profile.payment(till.order(100));
		expect(await codeOf(till.exchange(draft.seal(latin1("00000000"))))).toBe("A0");
		const sale = till.seal(draft);
		expect(await codeOf(till.exchange(sale))).toBe("00");
		expect(await codeOf(till.exchange(sale))).toBe("94");
		await acquirer.act("sign_off");
		expect(await codeOf(till.sell(100))).toBe("77");
	});

	test("knows only its own terminals", async () => {
		const stranger = { ...till.order(100), terminal: { ...identity, terminalId: "00000099" } };
		expect(await codeOf(till.exchange(till.seal(profile.payment(stranger).draft)))).toBe("97");
	});

	test("reverses once, however often it is asked", async () => {
		const { draft, original } = profile.payment(till.order(777));
		await till.exchange(till.seal(draft));
		const reversal = till.seal(profile.reversal(original, "no_answer", undefined));
		expect(await codeOf(till.exchange(reversal))).toBe("00");
		expect(await codeOf(till.exchange(reversal))).toBe("00");
		const entries = (await acquirer.state()).ledger.filter(({ amount }) => amount === 777);
		expect(entries).toMatchObject([{ state: "reversed", reversals: 2 }]);
	});

	test("has nothing to reverse for what it never saw or has declined", async () => {
		const unseen = profile.payment(till.order(100)).original;
		expect(await codeOf(till.exchange(till.seal(profile.reversal(unseen, "no_answer", undefined))))).toBe("25");
		const { draft, original } = profile.payment(till.order(900_051));
		await till.exchange(till.seal(draft));
		expect(await codeOf(till.exchange(till.seal(profile.reversal(original, "no_answer", undefined))))).toBe("25");
	});

	test("writes its ledger as JSON lines without card numbers, and goes on with it after a restart", async () => {
		await till.sell(4711, "123456");
		const text = readFileSync(ledgerFile, "utf8");
		expect(text).toContain('"amount":4711');
		expect(text).not.toContain("6222020123456789");
		const again = await startAcquirer({ ledgerFile });
		const { ledger } = await again.state();
		await again.stop();
		expect(ledger).toEqual((await acquirer.state()).ledger);
	});
});

describe("a strict acquirer", () => {
	test("lists what is wrong with a request", async () => {
		const before = (await acquirer.state()).violations.length;
		const sale = till.seal(profile.payment(till.order(100)).draft);
		const wrongTpdu = Uint8Array.from(sale.bytes);
		wrongTpdu[0] = 0x61;
		wrongTpdu[7] = 0x03;
		await till.exchange({ ...sale, bytes: wrongTpdu });
		const rules = (await acquirer.state()).violations.slice(before).map(({ rule }) => rule);
		expect(rules).toEqual(["the TPDU does not begin with 60", "the processing requirement of a request is not 0"]);
	});

	test("has no complaint about a day of ordinary work", async () => {
		const before = (await acquirer.state()).violations.length;
		await till.sell(100, "123456");
		const { draft, original } = profile.payment(till.order(200));
		await till.exchange(till.seal(draft));
		await till.exchange(till.seal(profile.reversal(original, "not_completed", "123456")));
		await till.exchange(profile.echo(identity, () => till.trace()).seal(undefined));
		expect((await acquirer.state()).violations.length).toBe(before);
	});
});

describe("faults", () => {
	const isInLedger = async (amount: number): Promise<boolean> =>
		(await acquirer.state()).ledger.some((entry) => entry.amount === amount);

	test("drop: processed, no answer, once", async () => {
		await acquirer.setFaults({ name: "drop", mti: "0200" });
		const hasty = aTill(line, 100);
		await hasty.signIn();
		expect(await codeOf(hasty.sell(5001))).toBe("host_silent");
		expect(await isInLedger(5001)).toBe(true);
		expect(await codeOf(hasty.sell(5002))).toBe("00");
	});

	test("ignore: not processed, no answer", async () => {
		await acquirer.setFaults({ name: "ignore", mti: "0200" });
		const hasty = aTill(line, 100);
		await hasty.signIn();
		expect(await codeOf(hasty.sell(5003))).toBe("host_silent");
		expect(await isInLedger(5003)).toBe(false);
	});

	test("close_before and close_after differ in what the ledger says", async () => {
		await acquirer.setFaults({ name: "close_before", mti: "0200" });
		expect(await codeOf(till.sell(5004))).toBe("host_line_lost");
		expect(await isInLedger(5004)).toBe(false);
		await acquirer.setFaults({ name: "close_after", mti: "0200" });
		expect(await codeOf(till.sell(5005))).toBe("host_line_lost");
		expect(await isInLedger(5005)).toBe(true);
	});

	test("refuse: the code given, as often as given", async () => {
		const { draft, original } = profile.payment(till.order(5006));
		await till.exchange(till.seal(draft));
		await acquirer.setFaults({ name: "refuse", mti: "0400", count: 2, value: "96" });
		const reversal = till.seal(profile.reversal(original, "no_answer", undefined));
		const codes = [];
		for (let attempt = 0; attempt < 3; attempt++) {
			codes.push(await codeOf(till.exchange(reversal)));
		}
		expect(codes).toEqual(["96", "96", "00"]);
	});

	test("wrong_mac", async () => {
		await acquirer.setFaults({ name: "wrong_mac", mti: "0200" });
		expect(till.macIsRight(await till.sell(5007))).toBe(false);
	});

	test.each([
		["wrong_stan", "unasked"],
		["corrupt", "unreadable"],
	] as const)("%s: the answer is reported as %s, and the request stays without one", async (name, kind) => {
		await acquirer.setFaults({ name, mti: "0200" });
		const unmatched: Unmatched[] = [];
		line.unmatched.subscribe((event) => unmatched.push(event));
		const hasty = aTill(line, 100);
		await hasty.signIn();
		expect(await codeOf(hasty.sell(5008))).toBe("host_silent");
		expect(unmatched.map((event) => event.kind)).toEqual([kind]);
	});

	test("duplicate: the second answer is reported as late", async () => {
		await acquirer.setFaults({ name: "duplicate", mti: "0200" });
		const second = new Promise<Unmatched>((resolve) => line.unmatched.subscribe(resolve));
		expect(await codeOf(till.sell(5009))).toBe("00");
		expect(await second).toMatchObject({ kind: "late" });
	});

	test("late: the answer is held back until the next request of the line", async () => {
		await acquirer.setFaults({ name: "late", mti: "0200" });
		const held = codeOf(till.sell(5010));
		expect(await codeOf(aTill(line).signIn())).toBe("00");
		expect(await held).toBe("00");
	});

	test("delay and split only cost time", async () => {
		await acquirer.setFaults({ name: "delay", mti: "0200", value: "30" }, { name: "split", mti: "0200" });
		const start = performance.now();
		expect(await codeOf(till.sell(5011))).toBe("00");
		expect(performance.now() - start).toBeGreaterThan(29);
	});

	test("header_requirement: the host wishes a sign-in", async () => {
		await acquirer.setFaults({ name: "header_requirement", mti: "0200" });
		expect((await till.sell(5012)).wish).toBe("sign_in");
		expect((await till.sell(5013)).wish).toBe("nothing");
	});

	test("refuse_connection, stop_listening, hang_up", async () => {
		const short = lineTo(profile, acquirer.port, "per_exchange");
		const other = aTill(short);
		await acquirer.setFaults({ name: "refuse_connection", count: 1 });
		expect(["host_line_lost", "host_unreachable"]).toContain(await codeOf(other.signIn()));
		await acquirer.act("stop_listening");
		expect(await codeOf(other.signIn())).toBe("host_unreachable");
		await acquirer.act("listen");
		expect(await codeOf(other.signIn())).toBe("00");
		await acquirer.act("hang_up");
		expect(await codeOf(other.signIn())).toBe("00");
	});

	test("unknown faults are refused", async () => {
		await expect(acquirer.setFaults({ name: "explode" })).rejects.toThrow(/name/);
	});
});
