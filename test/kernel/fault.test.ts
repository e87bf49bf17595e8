import { expect, it } from "vitest";
import { asFault, Fault, isFault } from "../../src/kernel/fault.ts";
import { faultCodes } from "../../src/kernel/fault-codes.ts";

it("speaks with the words of its code unless the case has better ones", () => {
	const plain = new Fault("journal_locked");
	expect(plain.message).toBe(faultCodes.journal_locked.title);
	expect(plain.action).toBe(faultCodes.journal_locked.action);
	expect(plain.retryable).toBe(false);
	expect(plain.context).toEqual({});
	expect(new Fault("journal_locked", { detail: "Process 7 uses it" }).message).toBe("Process 7 uses it");
});

it("keeps cause, extended code and context", () => {
	const cause = new Error("below");
	const fault = new Fault("E_EXTENDED", { extended: "keys_lost", context: { slot: 1 }, cause });
	expect(fault).toMatchObject({
		name: "Fault",
		code: "E_EXTENDED",
		extended: "keys_lost",
		context: { slot: 1 },
		cause,
	});
});

it("wraps what is no fault, and leaves a fault alone", () => {
	const fault = new Fault("cancelled");
	expect(asFault(fault)).toBe(fault);
	const error = new Error("odd");
	expect(asFault(error)).toMatchObject({ code: "internal", message: "odd", cause: error });
	expect(asFault("text")).toMatchObject({ code: "internal", message: "text", cause: "text" });
});

it("tells faults by code", () => {
	const fault = new Fault("E_TIMEOUT");
	expect(isFault(fault)).toBe(true);
	expect(isFault(fault, "E_BUSY", "E_TIMEOUT")).toBe(true);
	expect(isFault(fault, "E_BUSY")).toBe(false);
	expect(isFault(new Error("E_TIMEOUT"), "E_TIMEOUT")).toBe(false);
});

it.each(Object.entries(faultCodes))("%s tells what it is and what to do", (_, info) => {
	expect(info.title).toMatch(/^[A-Z].*[^.]$/);
	expect(info.action).toMatch(/^[A-Z].*\.$/);
	expect(info.status).toBeGreaterThanOrEqual(400);
	expect(info.status).toBeLessThan(600);
});
