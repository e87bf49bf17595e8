import { describe, expect, test } from "vitest";
import type { HostAnswer, ResponseMeaning } from "../../src/acquirers/profile.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { advance, beginPayment, type PaymentInput, type PaymentState } from "../../src/payments/payment-machine.ts";
import { nextStan } from "../../src/payments/stan.ts";

const answer: HostAnswer = {
	responseCode: "00",
	verdict: "approved",
	mac: undefined,
	approvalCode: "A1B2C3",
	retrievalReference: "101530000101",
	time: undefined,
	date: undefined,
	settlementDate: undefined,
	issuer: undefined,
	acquirerInstitution: undefined,
	scheme: undefined,
	remark: undefined,
	approvedAmount: undefined,
	maskedPan: undefined,
	balance: undefined,
	batch: undefined,
	workingKeys: [],
	wish: "nothing",
};

const meaning: ResponseMeaning = {
	code: "00",
	verdict: "approved",
	action: "none",
	endsReversal: true,
	cashier: { en: "", zh: "" },
};

const badMac: PaymentInput = {
	is: "answered",
	answer: { ...answer, responseCode: "A0", verdict: "declined" },
	meaning: { ...meaning, code: "A0", verdict: "declined", action: "sign_in_and_repeat" },
};

function play(inputs: readonly PaymentInput[], from: PaymentState = beginPayment(true, true)): readonly string[] {
	let state = from;
	return inputs.flatMap((input) => {
		const move = advance(state, input);
		state = move.state;
		return [...move.record.map(({ type }) => type), `→ ${state.task.do}`];
	});
}

const done: PaymentInput = { is: "done" };

describe("a sale", () => {
	test("checks, clears reversals, signs in, takes the PIN, authorizes, verifies, and only then believes", () => {
		expect(play([done, done, done, { is: "pin", pin: "entered" }, { is: "answered", answer, meaning }, done])).toEqual([
			"→ clear_reversals",
			"→ sign_in",
			"→ take_pin",
			"pin_taken",
			"→ authorize",
			"→ verify_mac",
			"approved",
			"→ over",
		]);
	});

	test("owes a reversal when an approval cannot be believed, and keeps what the host said", () => {
		const state: PaymentState = { task: { do: "verify_mac", answer }, repeated: false, reversible: true };
		const move = advance(state, { is: "in_doubt", reason: "mac_wrong", fault: new Fault("mac_wrong") });
		expect(move.state.task).toEqual({ do: "reverse" });
		expect(move.record).toMatchObject([
			{ type: "reversal_owed", reason: "mac_wrong", reply: { approvalCode: "A1B2C3" } },
		]);
	});

	test("signs in and repeats once when the host refuses the keys, never twice", () => {
		const authorizing: PaymentState = { task: { do: "authorize" }, repeated: false, reversible: true };
		expect(play([badMac, done, { is: "pin", pin: "entered" }, badMac], authorizing)).toEqual([
			"to_repeat",
			"→ sign_in",
			"→ take_pin",
			"pin_taken",
			"→ authorize",
			"declined",
			"→ over",
		]);
	});

	test("signs in once when the pad has no working keys, and goes on; before that nothing was sent", () => {
		const missing: PaymentInput = { is: "failed", fault: new Fault("keys_missing") };
		const takingPin: PaymentState = { task: { do: "take_pin" }, repeated: false, reversible: true };
		expect(play([missing, done, missing], takingPin)).toEqual(["→ sign_in", "→ take_pin", "failed", "→ over"]);
	});

	test("says `not_sent` only of a request that was about to leave", () => {
		const failed: PaymentInput = { is: "failed", fault: new Fault("host_unreachable") };
		expect(play([failed])).toEqual(["failed", "→ over"]);
		expect(play([failed], { task: { do: "authorize" }, repeated: false, reversible: true })).toEqual([
			"not_sent",
			"→ over",
		]);
	});
});

test("trace numbers start over after 999999 and are never 0", () => {
	expect(nextStan("000000")).toBe("000001");
	expect(nextStan("000101")).toBe("000102");
	expect(nextStan("999999")).toBe("000001");
});
