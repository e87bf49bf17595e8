import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { TransactionDocument } from "../../src/api/transaction-document.ts";
import { HostRelay, type LineMessage } from "../support/host-relay.ts";
import { present } from "../support/present.ts";
import { useShop } from "../support/use-shop.ts";

const relay = new HostRelay();
const shop = useShop();

afterEach(() => relay.passOn());
afterAll(() => relay.close());

/** How a payment of which nothing reached the acquirer is told. */
const nothingSent = (code: string) => ({ outcome: "failed", moneyMoved: "no", fault: { code }, reversal: null });

/** How a payment that was in doubt and came back is told. */
const reversed = (code: string, reason: string) => ({
	outcome: "failed",
	moneyMoved: "no",
	fault: { code },
	reversal: { state: "reversed", reason },
	slips: [],
});

describe("nothing reaches the acquirer", () => {
	test("when nobody listens", async () => {
		await shop().sell();
		await shop().counter.acquirer.act("stop_listening");
		const sale = await shop().sell();
		await shop().counter.acquirer.act("listen");
		expect(sale).toMatchObject({ ...nothingSent("host_unreachable"), safeToRetry: true });
		expect(await shop().bookedAs(sale)).toBeUndefined();
	});

	test("when the sign-in is refused", async () => {
		await shop().counter.acquirer.act("sign_off");
		await shop().setHostFaults({ name: "refuse", mti: "0800", count: 2, value: "96" });
		const first = await shop().sell();
		const second = await shop().sell();
		const third = await shop().sell();
		expect(first).toMatchObject({ outcome: "failed", moneyMoved: "no", fault: { code: "sign_in_failed" } });
		expect(second).toMatchObject(nothingSent("sign_in_failed"));
		expect(third.outcome).toBe("approved");
	});
});

interface Doubt {
	readonly name: string;
	readonly fault: object;
	readonly code: string;
	readonly reason: string;
	/** Undefined: the acquirer never processed it. */
	readonly books: "reversed" | undefined;
}

const doubts: readonly Doubt[] = [
	{
		name: "the line is lost before the request is processed",
		fault: { name: "close_before", mti: "0200" },
		code: "host_line_lost",
		reason: "no_answer",
		books: undefined,
	},
	{
		name: "the line is lost instead of an answer",
		fault: { name: "close_after", mti: "0200" },
		code: "host_line_lost",
		reason: "no_answer",
		books: "reversed",
	},
	{
		name: "the acquirer is silent and has processed it",
		fault: { name: "drop", mti: "0200" },
		code: "host_silent",
		reason: "no_answer",
		books: "reversed",
	},
	{
		name: "the acquirer is silent and never saw it",
		fault: { name: "ignore", mti: "0200" },
		code: "host_silent",
		reason: "no_answer",
		books: undefined,
	},
	{
		name: "the answer has a wrong trace number",
		fault: { name: "wrong_stan", mti: "0200" },
		code: "host_silent",
		reason: "no_answer",
		books: "reversed",
	},
	{
		name: "the answer is garbage",
		fault: { name: "corrupt", mti: "0200" },
		code: "host_silent",
		reason: "no_answer",
		books: "reversed",
	},
	{
		name: "the MAC of the answer is wrong",
		fault: { name: "wrong_mac", mti: "0200" },
		code: "mac_wrong",
		reason: "mac_wrong",
		books: "reversed",
	},
];

describe("the money comes back when", () => {
	test.each(doubts)("$name", async ({ fault, code, reason, books }) => {
		await shop().setHostFaults(fault);
		const sale = await shop().sell();
		expect(sale).toMatchObject({ ...reversed(code, reason), safeToRetry: true });
		expect(await shop().bookedAs(sale)).toBe(books);
	});

	test("the line is lost between connecting and sending", async () => {
		await shop().setHostFaults({ name: "refuse_connection" });
		const sale = await shop().sell();
		expect(sale).toMatchObject({ outcome: "failed", moneyMoved: "no" });
		expect(["host_line_lost", "host_unreachable"]).toContain(sale.fault?.code);
		expect(await shop().bookedAs(sale)).toBeUndefined();
	});

	test("the answer would come later than anybody waits", async () => {
		await shop().setHostFaults({ name: "delay", mti: "0200", value: "1100" });
		const sale = await shop().sell();
		expect(sale).toMatchObject(reversed("host_silent", "no_answer"));
		expect(await shop().bookedAs(sale)).toBe("reversed");
	});

	test("the acquirer refuses the reversal three times", async () => {
		await shop().setHostFaults(
			{ name: "close_after", mti: "0200" },
			{ name: "refuse", mti: "0400", count: 3, value: "96" },
		);
		const sale = await shop().sell();
		expect(sale).toMatchObject({ ...reversed("host_line_lost", "no_answer"), reversal: { attempts: 4 } });
		expect(sale.reversal?.lastFailure).toContain("96");
	});

	test("the reversal's own answer is lost, wrong or forged", async () => {
		await shop().setHostFaults(
			{ name: "close_after", mti: "0200" },
			{ name: "close_before", mti: "0400" },
			{ name: "close_after", mti: "0400" },
			{ name: "wrong_mac", mti: "0400" },
		);
		const sale = await shop().sell();
		expect(sale).toMatchObject({ outcome: "failed", moneyMoved: "no", reversal: { state: "reversed" } });
		const { ledger } = await shop().acquirer();
		expect(ledger.find(({ amount }) => amount === sale.amount)).toMatchObject({ state: "reversed" });
	});
});

describe("until the money is back", () => {
	test("it is shown as unknown, no new sale is taken, and a person may look and hurry", async () => {
		await shop().setHostFaults(
			{ name: "close_after", mti: "0200" },
			{ name: "refuse", mti: "0400", count: "always", value: "96" },
		);
		const { id } = await shop().begin();
		await shop().transactionWhen(id, ({ reversal }) => (reversal?.attempts ?? 0) > 1);
		expect(await shop().transaction(id)).toMatchObject({
			state: "reversing",
			outcome: "unknown",
			moneyMoved: "unknown",
			safeToRetry: false,
		});
		const owed = (await shop().api.get("/v1/reversals")).body as { reversals: readonly TransactionDocument[] };
		expect(owed.reversals.map((one) => one.id)).toEqual([id]);
		const readiness = (await shop().api.get("/v1/lanes/lane1/readiness")).body;
		expect(readiness).toMatchObject({ ready: false });
		const next = await shop().begin();
		await shop().transactionWhen(next.id, ({ state }) => state === "finished");
		expect(await shop().transaction(next.id)).toMatchObject(nothingSent("reversal_pending"));
		const retried = (await shop().api.post(`/v1/reversals/${id}/retry`)).body;
		expect(retried).toMatchObject({ reversal: { state: "owed", lastFailure: expect.stringContaining("96") } });
		await shop().setHostFaults();
		expect(await shop().settled(id)).toMatchObject({ moneyMoved: "no", reversal: { state: "reversed" } });
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});
});

describe("a good answer is taken", () => {
	test("once, when it comes twice", async () => {
		await shop().setHostFaults({ name: "duplicate", mti: "0200" });
		const sale = await shop().sell();
		expect(sale).toMatchObject({ outcome: "approved", moneyMoved: "yes", reversal: null });
		expect((await shop().eventsOf(sale.id)).filter((event) => event === "approved")).toHaveLength(1);
	});

	test("when it comes in pieces", async () => {
		await shop().setHostFaults({ name: "split", mti: "0200" });
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});

	test.each(["77", "99", "A0"])("after new keys, when the acquirer asks for them with %s", async (code) => {
		await shop().setHostFaults({ name: "refuse", mti: "0200", value: code });
		const sale = await shop().sell();
		expect(sale).toMatchObject({ outcome: "approved" });
		expect(await shop().eventsOf(sale.id)).toContain("to_repeat");
	});

	test("as a decline, when new keys do not help", async () => {
		await shop().setHostFaults({ name: "refuse", mti: "0200", count: 2, value: "A0" });
		expect(await shop().sell()).toMatchObject({ outcome: "declined", moneyMoved: "no", reply: { responseCode: "A0" } });
	});
});

describe("on a line that is kept open", () => {
	beforeAll(async () => {
		const tcp = await relay.listen(shop().counter.addresses.acquirer);
		await shop().stopDaemon();
		shop().configure(({ acquirers: { bank } }) => {
			bank.connection = "kept_open";
			bank.hosts = [{ tcp }];
		});
		await shop().startDaemon();
		await shop().sell();
	}, 60_000);

	/** Holds the approval back until `when` the reversal is answered; the line itself is alive all the time. */
	function holdApproval(when: "before" | "after"): void {
		const earlier = present(
			relay.messages.findLast(({ mti }) => mti === "0210"),
			"an earlier answer",
		);
		let approval: LineMessage | undefined;
		relay.handling = (answer, { pass }) => {
			switch (answer.mti) {
				case "0210":
					approval = answer;
					pass(earlier.bytes);
					break;
				case "0410": {
					const { bytes } = present(approval, "the approval");
					for (const next of when === "before" ? [bytes, answer.bytes] : [answer.bytes, bytes]) {
						pass(next);
					}
					break;
				}
				default:
					pass(answer.bytes);
			}
		};
	}

	test.each(["before", "after"] as const)(
		"an approval that comes %s the reversal's answer changes nothing",
		async (when) => {
			holdApproval(when);
			const connections = relay.connections;
			const sale = await shop().sell();
			expect(sale).toMatchObject(reversed("host_silent", "no_answer"));
			expect(relay.connections).toBe(connections);
			relay.passOn();
			expect(await shop().sell()).toMatchObject({ outcome: "approved" });
			expect(await shop().transaction(sale.id)).toEqual(sale);
			expect(await shop().bookedAs(sale)).toBe("reversed");
			const late = `"kind":"late","correlation":"${sale.host?.terminalId}`;
			expect(shop().log()).toContain(late);
		},
	);

	test("an impossible length ends the line, and the money comes back over a new one", async () => {
		relay.handling = ({ mti, bytes }, { pass, write }) =>
			mti === "0210" ? write(Uint8Array.of(0xff, 0xff)) : pass(bytes);
		const connections = relay.connections;
		const sale = await shop().sell();
		expect(sale).toMatchObject(reversed("host_line_lost", "no_answer"));
		expect(relay.connections).toBe(connections + 1);
		expect(await shop().bookedAs(sale)).toBe("reversed");
	});

	test("a line the acquirer cuts between two payments costs neither of them anything", async () => {
		await shop().counter.acquirer.act("hang_up");
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});
});
