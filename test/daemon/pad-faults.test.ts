import { beforeAll, describe, expect, test } from "vitest";
import { useShop } from "../support/use-shop.ts";

const testMasterKey = "258FB0AB70D025CDB99DF2C4D302D646";
const otherMasterKey = "0123456789ABCDEFFEDCBA9876543210";
const quickPerson = { pin: "123456", delayPerKeyMs: 0 };

const shop = useShop({
	configure({ devices }) {
		devices.pinpad1.options = { answerMs: 1_000 };
	},
});

beforeAll(() => shop().sell());

/** How a payment is told that ended before the acquirer heard of it. */
const nothingSent = (code: string) => ({
	outcome: "failed",
	moneyMoved: "no",
	safeToRetry: true,
	fault: { code },
	reversal: null,
	slips: [],
});

/** Plugs the pad in again and takes a payment with it: nothing of the bad day is left. */
async function expectToSellAgain(): Promise<void> {
	await shop().setPadFaults();
	await shop().counter.pad.act("plug");
	await shop().laneReady();
	expect(await shop().sell()).toMatchObject({ outcome: "approved" });
}

async function padGone(): Promise<void> {
	const { cause } = await shop().deviceWhen("pinpad1", ({ state }) => state === "offline");
	expect(cause).toMatchObject({ code: "E_NOHARDWARE" });
}

describe("a pad unplugged before the request has left costs nobody anything", () => {
	test.each([
		["before its settings", { name: "unplug_before", command: "46" }],
		["before the PIN key is activated", { name: "unplug_before", command: "43" }],
		["after the PIN key was activated", { name: "unplug_unanswered", command: "43" }],
		["before it has the card's digits", { name: "unplug_before", command: "34" }],
		["before the PIN entry", { name: "unplug_before", command: "35" }],
		["as the PIN entry opens", { name: "unplug_unanswered", command: "35" }],
		["before the PIN block is read", { name: "unplug_before", command: "42" }],
		["instead of giving the PIN block", { name: "unplug_unanswered", command: "42" }],
		["before the keypad is closed", { name: "unplug_before", command: "45" }],
		["before the request is sealed", { name: "unplug_before", command: "41" }],
		["instead of giving the request's MAC", { name: "unplug_unanswered", command: "41" }],
	])("%s", async (_, fault) => {
		await shop().setPadFaults(fault);
		const sale = await shop().sell();
		expect(sale).toMatchObject(nothingSent("E_NOHARDWARE"));
		expect(await shop().bookedAs(sale)).toBeUndefined();
		await padGone();
		await expectToSellAgain();
	});

	test("while it takes its new keys, and the next sale fetches them again", async () => {
		await shop().setPadFaults({ name: "unplug_before", command: "33" });
		const { terminals } = (await shop().api.post("/v1/acquirers/bank/sign-in")).body;
		expect(terminals).toMatchObject([{ signedIn: false, fault: { code: "sign_in_failed", cause: "E_NOHARDWARE" } }]);
		await padGone();
		await expectToSellAgain();
	});

	test("while the cardholder types", async () => {
		await shop().counter.pad.set({ persons: [{ ...quickPerson, delayPerKeyMs: 1_000 }] });
		const { id } = await shop().begin();
		await shop().transactionWhen(id, ({ state }) => state === "waiting_pin");
		await shop().counter.pad.act("unplug");
		expect(await shop().settled(id)).toMatchObject(nothingSent("E_NOHARDWARE"));
		await shop().counter.pad.set({ persons: [quickPerson] });
		await expectToSellAgain();
	});

	test("before the sale, which is not even begun at the pad", async () => {
		await shop().counter.pad.act("unplug");
		await padGone();
		const { obstacles } = (await shop().api.get("/v1/lanes/lane1/readiness")).body;
		expect(obstacles).toMatchObject([{ code: "E_NOHARDWARE", device: "pinpad1" }]);
		expect(await shop().sell()).toMatchObject(nothingSent("E_NOHARDWARE"));
		await expectToSellAgain();
	});
});

describe("a pad unplugged after the request has left: the money comes back", () => {
	/** Lets the acquirer think, so that there is time for mischief once the reversal is signed ahead. */
	async function beginSlowly(): Promise<string> {
		await shop().setHostFaults({ name: "delay", mti: "0200", value: "500" });
		const { id } = await shop().begin();
		await shop().eventsWhen(id, "reversal_signed");
		return id;
	}

	test("at once with the reversal signed ahead; it is believed when the pad is back", async () => {
		const id = await beginSlowly();
		await shop().counter.pad.act("unplug");
		const owed = await shop().transactionWhen(id, ({ reversal }) => reversal?.lastFailure != null);
		expect(owed).toMatchObject({ outcome: "unknown", moneyMoved: "unknown", reversal: { reason: "not_completed" } });
		expect(await shop().bookedAs(owed)).toBe("reversed");
		await shop().counter.pad.act("plug");
		expect(await shop().settled(id)).toMatchObject({
			outcome: "failed",
			moneyMoved: "no",
			fault: { code: "E_NOHARDWARE" },
		});
		await expectToSellAgain();
	});

	test("when the pad is back, if nothing could be signed ahead", async () => {
		await shop().setPadFaults({ name: "unplug_after", command: "41", value: "0" });
		const { id } = await shop().begin();
		const owed = await shop().transactionWhen(id, ({ reversal }) => reversal?.lastFailure != null);
		expect(owed).toMatchObject({ outcome: "unknown", moneyMoved: "unknown" });
		await shop().counter.pad.act("plug");
		const sale = await shop().settled(id);
		expect(sale).toMatchObject({ outcome: "failed", moneyMoved: "no", reversal: { state: "reversed" } });
		expect(await shop().bookedAs(sale)).toBe("reversed");
		await expectToSellAgain();
	});

	test("when the pad's answers are damaged while it verifies", async () => {
		const id = await beginSlowly();
		await shop().setPadFaults({ name: "bad_bcc", command: "41", count: 3 });
		const sale = await shop().settled(id);
		expect(sale).toMatchObject({ outcome: "failed", moneyMoved: "no", fault: { code: "E_FAILURE" } });
		expect(await shop().bookedAs(sale)).toBe("reversed");
		await expectToSellAgain();
	});
});

describe("a pad that answers badly", () => {
	test.each([
		["one damaged answer", { name: "bad_bcc", command: "41" }],
		["two damaged answers", { name: "bad_bcc", command: "43", count: 2 }],
		["a damaged PIN block", { name: "bad_bcc", command: "42" }],
		["noise before an answer", { name: "garbage", command: "41" }],
		["a slow answer", { name: "slow", command: "41", value: "300" }],
	])("%s is asked again, or waited for", async (_, fault) => {
		await shop().setPadFaults(fault);
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});

	test.each([
		["damaged answers without end", { name: "bad_bcc", command: "41", count: "always" }, "E_FAILURE"],
		["a damaged beginning of the PIN entry", { name: "bad_bcc", command: "35" }, "E_FAILURE"],
		["silence", { name: "silent", command: "42" }, "E_TIMEOUT"],
		["half an answer", { name: "truncated", command: "34" }, "E_TIMEOUT"],
	])("%s: nothing is sent, and the pad is opened anew", async (_, fault, code) => {
		await shop().setPadFaults(fault);
		const sale = await shop().sell();
		expect(sale).toMatchObject(nothingSent(code));
		expect(await shop().bookedAs(sale)).toBeUndefined();
		await expectToSellAgain();
	});

	test("a refusal: nothing is sent, and the pad stays open", async () => {
		await shop().setPadFaults({ name: "status", command: "34", value: "15" });
		expect(await shop().sell()).toMatchObject(nothingSent("E_FAILURE"));
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});
});

describe("a pad and its keys", () => {
	test("that has lost them takes no payment until it has them again", async () => {
		await shop().counter.pad.act("lose_keys");
		expect(await shop().sell()).toMatchObject(nothingSent("keys_lost"));
		const { obstacles } = (await shop().api.get("/v1/lanes/lane1/readiness")).body;
		expect(obstacles).toMatchObject([{ code: "keys_lost", device: "pinpad1" }]);
		await shop().counter.pad.set({ masterKeys: [{ slot: 0, key: testMasterKey }] });
		expect((await shop().api.post("/v1/devices/pinpad1/test")).body).toMatchObject({ passed: true });
		const { terminals } = (await shop().api.post("/v1/acquirers/bank/sign-in")).body;
		expect(terminals).toMatchObject([{ lane: "lane1", signedIn: true }]);
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});

	describe("as another pad than this morning, with its keys elsewhere", () => {
		beforeAll(async () => {
			await shop().stopDaemon();
			shop().configure(({ lanes: { lane1 } }) => {
				lane1.keys = { master: 5 };
			});
			await shop().startDaemon();
		}, 60_000);

		test("cannot sign in without a master key", async () => {
			const sale = await shop().sell();
			expect(sale).toMatchObject(nothingSent("sign_in_failed"));
		});

		test("cannot sign in under a master key that is not the acquirer's", async () => {
			await shop().counter.pad.set({ masterKeys: [{ slot: 5, key: otherMasterKey }] });
			const sale = await shop().sell();
			expect(sale).toMatchObject(nothingSent("sign_in_failed"));
			expect(sale.fault?.detail).toContain("check value");
		});

		test("signs in by itself under the right one, and sells", async () => {
			await shop().counter.pad.set({ masterKeys: [{ slot: 5, key: testMasterKey }] });
			expect(await shop().sell()).toMatchObject({ outcome: "approved" });
		});

		test("signs in within the sale when its working keys turn out to be gone", async () => {
			await moveKeys(6);
			const sale = await shop().sell();
			expect(sale).toMatchObject({ outcome: "approved" });
		});

		test("signs in to give money back", async () => {
			await shop().setHostFaults(
				{ name: "close_after", mti: "0200" },
				{ name: "refuse", mti: "0400", count: "always", value: "96" },
			);
			const { id } = await shop().begin();
			await shop().transactionWhen(id, ({ reversal }) => reversal?.lastFailure != null);
			await moveKeys(7);
			await shop().setHostFaults();
			const sale = await shop().settled(id);
			expect(sale).toMatchObject({ outcome: "failed", moneyMoved: "no", reversal: { state: "reversed" } });
			expect(await shop().bookedAs(sale)).toBe("reversed");
		});

		/** The master key is in another slot from now on: working keys that were loaded under the old one are not there. */
		async function moveKeys(master: number): Promise<void> {
			await shop().stopDaemon();
			await shop().counter.pad.set({ masterKeys: [{ slot: master, key: testMasterKey }] });
			shop().configure(({ lanes: { lane1 } }) => {
				lane1.keys = { master };
			});
			await shop().startIllDaemon();
			await shop().deviceWhen("pinpad1", ({ state }) => state === "enabled");
		}
	});
});
