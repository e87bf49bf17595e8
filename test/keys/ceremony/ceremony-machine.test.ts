import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	type CeremonyInput,
	type CeremonyPlan,
	type CeremonyState,
	ceremonyStart,
	nextCeremonyState,
} from "../../../src/keys/ceremony/ceremony-machine.ts";

const kcv = { method: "ecb-zeros", value: "08D7B4" } as const;
const otherKcv = { method: "ecb-zeros", value: "D2B91C" } as const;
const plan: CeremonyPlan = { components: 2, expected: undefined };

const alice: CeremonyInput = { kind: "authenticated", person: { name: "Alice", side: "A" } };
const bob: CeremonyInput = { kind: "authenticated", person: { name: "Bob", side: "B" } };
const carol: CeremonyInput = { kind: "authenticated", person: { name: "Carol", side: "A" } };
const component: CeremonyInput = { kind: "component", kcv };
const yes: CeremonyInput = { kind: "confirmed" };
const no: CeremonyInput = { kind: "denied" };
const combined: CeremonyInput = { kind: "combined", kcv };
const stored: CeremonyInput = { kind: "stored" };
const failed = (code: Extract<CeremonyInput, { kind: "failed" }>["code"]): CeremonyInput => ({ kind: "failed", code });

function after(inputs: readonly CeremonyInput[], by: CeremonyPlan = plan): CeremonyState {
	return inputs.reduce<CeremonyState>((state, input) => nextCeremonyState(by, state, input), ceremonyStart);
}

it("takes two custodians, a component and a yes from each, and a yes for the whole key", () => {
	const inputs = [alice, component, yes, bob, component, yes, combined, yes, stored];
	expect(inputs.map((_, end) => after(inputs.slice(0, end)).step)).toEqual([
		"authenticate",
		"component",
		"confirm_component",
		"authenticate",
		"component",
		"confirm_component",
		"combine",
		"confirm_key",
		"store",
	]);
	expect(after(inputs)).toEqual({
		step: "stored",
		kcv,
		people: [
			{ name: "Alice", side: "A" },
			{ name: "Bob", side: "B" },
		],
	});
});

it("takes three components from three people of two sides", () => {
	const three = { ...plan, components: 3 };
	expect(after([alice, component, yes, carol, component, yes, bob, component, yes], three).step).toBe("combine");
});

describe("refuses", () => {
	it.each([
		["one custodian twice", [alice, component, yes, alice], "custodian_twice"],
		["two custodians of one side", [alice, component, yes, carol], "custodian_twice"],
		["a denied key", [alice, component, yes, bob, component, yes, combined, no], "kcv_differs"],
		["a third wrong passphrase", Array(3).fill(failed("passphrase_wrong")), "passphrase_wrong"],
		["a third bad component", [alice, ...Array(3).fill(failed("component_invalid"))], "component_invalid"],
		["a third denied component", [alice, component, no, component, no, component, no], "kcv_differs"],
		["a test key", [alice, component, yes, bob, component, yes, failed("test_key_refused")], "test_key_refused"],
		["a damaged vault", [alice, component, yes, failed("vault_damaged")], "vault_damaged"],
	] as const)("%s", (_, inputs, code) => {
		expect(after(inputs)).toMatchObject({ step: "refused", code });
	});

	it("a key with another check value than expected", () => {
		const inputs = [alice, component, yes, bob, component, yes, combined];
		expect(after(inputs, { ...plan, expected: otherKcv })).toMatchObject({ step: "refused", code: "kcv_differs" });
		expect(after(inputs, { ...plan, expected: kcv }).step).toBe("confirm_key");
	});
});

it("lets a slip be made good, twice", () => {
	const wrong = failed("passphrase_wrong");
	expect(after([wrong, wrong, alice]).step).toBe("component");
	expect(after([alice, component, no, component, no, component, yes]).step).toBe("authenticate");
	expect(after([wrong, wrong, alice, component, yes, wrong, wrong, bob]).step).toBe("component");
});

it("stores nothing unless every step was gone through, whatever comes in whatever order", () => {
	const inputs = fc.array(
		fc.constantFrom(alice, bob, carol, component, yes, no, combined, stored, failed("E_CLOSED")),
		{
			maxLength: 60,
		},
	);
	fc.assert(
		fc.property(inputs, (list) => {
			const state = after(list);
			const count = (wanted: CeremonyInput["kind"]): number => list.filter(({ kind }) => kind === wanted).length;
			const isEarned =
				new Set(state.people.map(({ name }) => name)).size === 2 &&
				new Set(state.people.map(({ side }) => side)).size === 2 &&
				count("component") >= 2 &&
				count("confirmed") >= 3 &&
				count("failed") === 0;
			expect(state.step !== "stored" || isEarned).toBe(true);
		}),
		{ numRuns: 20_000 },
	);
});
