import type { HostAnswer, ResponseMeaning } from "../acquirers/profile.ts";
import type { ReversalReason } from "../journal/transaction-events.ts";
import type { Fault } from "../kernel/fault.ts";
import { hostReply } from "./host-reply.ts";
import type { NewEvent } from "./ledger.ts";

/** What the runner is asked to do next. `over` ends the payment. */
export type PaymentTask =
	| { readonly do: "check" }
	| { readonly do: "clear_reversals" }
	/** `force`: the host or the pad said that the present keys are no good. */
	| { readonly do: "sign_in"; readonly force: boolean }
	| { readonly do: "take_pin" }
	| { readonly do: "authorize" }
	| { readonly do: "verify_mac"; readonly answer: HostAnswer }
	| { readonly do: "reverse" }
	| { readonly do: "over" };

/** What came of a task. */
export type PaymentInput =
	| { readonly is: "done" }
	/** Nothing was sent; the payment cannot go on. */
	| { readonly is: "failed"; readonly fault: Fault }
	| { readonly is: "cancelled"; readonly by: "till" | "cardholder" | "time_out" }
	| { readonly is: "pin"; readonly pin: "entered" | "bypassed" | "not_required" }
	/** The request may have reached the host and there is no answer to believe. */
	| { readonly is: "in_doubt"; readonly reason: ReversalReason; readonly fault: Fault }
	| { readonly is: "answered"; readonly answer: HostAnswer; readonly meaning: ResponseMeaning };

export interface PaymentState {
	readonly task: PaymentTask;
	/** New keys were fetched once because the present ones were no good, or cannot be: the next time is final. */
	readonly repeated: boolean;
	/** Whether the host lets this kind be reversed. */
	readonly reversible: boolean;
}

export interface PaymentMove {
	/** To be durable before the next task begins. */
	readonly record: readonly NewEvent[];
	readonly state: PaymentState;
}

/** `canSignIn`: the host hands out new keys. */
export function beginPayment(reversible: boolean, canSignIn: boolean): PaymentState {
	return { task: { do: "check" }, repeated: !canSignIn, reversible };
}

/** One step of a payment: pure, the only place where its course is decided. */
export function advance(state: PaymentState, input: PaymentInput): PaymentMove {
	switch (input.is) {
		case "failed":
			return fail(state, input.fault);
		case "cancelled":
			return over(state, { type: "cancelled", by: input.by });
		case "in_doubt":
			return owe(state, input.reason, input.fault);
		case "pin":
			return go(state, { do: "authorize" }, { type: "pin_taken", pin: input.pin });
		case "answered":
			return judge(state, input.answer, input.meaning);
		case "done":
			return afterDone(state);
	}
}

function afterDone(state: PaymentState): PaymentMove {
	switch (state.task.do) {
		case "check":
			return go(state, { do: "clear_reversals" });
		case "clear_reversals":
			return go(state, { do: "sign_in", force: false });
		case "sign_in":
			return go(state, { do: "take_pin" });
		case "verify_mac":
			return over(state, approval(state.task.answer));
		case "take_pin":
		case "authorize":
		case "reverse":
		case "over":
			return over(state);
	}
}

function judge(state: PaymentState, answer: HostAnswer, meaning: ResponseMeaning): PaymentMove {
	if (answer.verdict !== "declined") {
		return go(state, { do: "verify_mac", answer });
	}
	const reply = hostReply(answer);
	if (meaning.action === "sign_in_and_repeat" && !state.repeated) {
		return go({ ...state, repeated: true }, { do: "sign_in", force: true }, { type: "to_repeat", reply });
	}
	return over(state, { type: "declined", reply });
}

function approval(answer: HostAnswer): NewEvent {
	return { type: "approved", reply: hostReply(answer), partial: answer.verdict === "partially_approved" };
}

/** A pad that has no working keys, perhaps another one than this morning, gets them; nothing was sent yet. */
function fail(state: PaymentState, fault: Fault): PaymentMove {
	return fault.code === "keys_missing" && !state.repeated
		? go({ ...state, repeated: true }, { do: "sign_in", force: true })
		: over(state, failure(state, fault));
}

function failure(state: PaymentState, fault: Fault): NewEvent {
	const type = state.task.do === "authorize" ? "not_sent" : "failed";
	return { type, code: fault.code, detail: fault.message };
}

/** The host may have done it: what can be reversed is, what cannot is left for a person to find out. */
function owe(state: PaymentState, reason: ReversalReason, fault: Fault): PaymentMove {
	const { code, message: detail } = fault;
	if (!state.reversible) {
		return over(state, { type: "left_in_doubt", code, detail });
	}
	const disbelieved = state.task.do === "verify_mac" ? { reply: hostReply(state.task.answer) } : {};
	return go(state, { do: "reverse" }, { type: "reversal_owed", reason, code, detail, ...disbelieved });
}

function go(state: PaymentState, task: PaymentTask, ...record: readonly NewEvent[]): PaymentMove {
	return { record, state: { ...state, task } };
}

function over(state: PaymentState, ...record: readonly NewEvent[]): PaymentMove {
	return go(state, { do: "over" }, ...record);
}
