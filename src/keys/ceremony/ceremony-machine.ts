import type { FaultCode } from "../../kernel/fault-codes.ts";
import { type CheckValue, checkValuesAgree } from "../check-value.ts";
import type { Side } from "../vault/vault-file.ts";

/** What was agreed before anybody came: how many components, and the key's check value if its owner sent one. */
export interface CeremonyPlan {
	readonly components: number;
	readonly expected: CheckValue | undefined;
}

/** A custodian who has shown who they are. */
export interface Person {
	readonly name: string;
	readonly side: Side;
}

/**
 * Where a ceremony stands. The state knows names and check values; components and passphrases never come near it.
 * `attempts` counts what went wrong in this step.
 */
export type CeremonyState =
	| { readonly step: "authenticate"; readonly people: readonly Person[]; readonly attempts: number }
	| { readonly step: "component"; readonly people: readonly Person[]; readonly attempts: number }
	| {
			readonly step: "confirm_component";
			readonly people: readonly Person[];
			readonly attempts: number;
			readonly kcv: CheckValue;
	  }
	| { readonly step: "combine"; readonly people: readonly Person[] }
	| { readonly step: "confirm_key"; readonly people: readonly Person[]; readonly kcv: CheckValue }
	| { readonly step: "store"; readonly people: readonly Person[]; readonly kcv: CheckValue }
	| { readonly step: "stored"; readonly people: readonly Person[]; readonly kcv: CheckValue }
	| { readonly step: "refused"; readonly people: readonly Person[]; readonly code: FaultCode };

/** What happened in the step that the state asked for. */
export type CeremonyInput =
	| { readonly kind: "authenticated"; readonly person: Person }
	| { readonly kind: "component"; readonly kcv: CheckValue }
	| { readonly kind: "confirmed" }
	| { readonly kind: "denied" }
	| { readonly kind: "combined"; readonly kcv: CheckValue }
	| { readonly kind: "stored" }
	| { readonly kind: "failed"; readonly code: FaultCode };

/** After so many mistakes in one step the ceremony ends. */
const mostAttempts = 3;

export const ceremonyStart: CeremonyState = { step: "authenticate", people: [], attempts: 0 };

/** The next state. An input that the step did not ask for changes nothing. */
export function nextCeremonyState(plan: CeremonyPlan, state: CeremonyState, input: CeremonyInput): CeremonyState {
	if (input.kind === "failed") {
		return afterFailure(state, input.code);
	}
	switch (state.step) {
		case "authenticate":
			return input.kind === "authenticated" ? afterAuthentication(plan, state.people, input.person) : state;
		case "component":
			return input.kind === "component" ? { ...state, step: "confirm_component", kcv: input.kcv } : state;
		case "confirm_component":
			return afterComponent(plan, state, input);
		case "combine":
			return input.kind === "combined" ? afterCombination(plan, state.people, input.kcv) : state;
		case "confirm_key":
			return afterKeyQuestion(state, input);
		case "store":
			return input.kind === "stored" ? { ...state, step: "stored" } : state;
		case "stored":
		case "refused":
			return state;
	}
}

type StateOf<Step extends CeremonyState["step"]> = Extract<CeremonyState, { readonly step: Step }>;

function refused(people: readonly Person[], code: FaultCode): CeremonyState {
	return { step: "refused", people, code };
}

/** A slip of the fingers may be made good; anything else ends it. */
function afterFailure(state: CeremonyState, code: FaultCode): CeremonyState {
	switch (state.step) {
		case "authenticate":
			return retry(state, code, code === "passphrase_wrong" || code === "custodian_unknown");
		case "component":
			return retry(state, code, code === "component_invalid");
		case "stored":
		case "refused":
			return state;
		case "confirm_component":
		case "combine":
		case "confirm_key":
		case "store":
			return refused(state.people, code);
	}
}

function retry(state: StateOf<"authenticate" | "component">, code: FaultCode, mayTryAgain: boolean): CeremonyState {
	const attempts = state.attempts + 1;
	return mayTryAgain && attempts < mostAttempts ? { ...state, attempts } : refused(state.people, code);
}

/** Every component has its own custodian, and at the end both sides have taken part. */
function afterAuthentication(plan: CeremonyPlan, before: readonly Person[], person: Person): CeremonyState {
	const people = [...before, person];
	const isSamePerson = before.some(({ name }) => name === person.name);
	const isOneSided = people.length === plan.components && people.every(({ side }) => side === person.side);
	if (isSamePerson || isOneSided) {
		return refused(before, "custodian_twice");
	}
	return { step: "component", people, attempts: 0 };
}

function afterComponent(plan: CeremonyPlan, state: StateOf<"confirm_component">, input: CeremonyInput): CeremonyState {
	const { people, attempts } = state;
	switch (input.kind) {
		case "confirmed":
			return people.length < plan.components
				? { step: "authenticate", people, attempts: 0 }
				: { step: "combine", people };
		case "denied":
			return retry({ step: "component", people, attempts }, "kcv_differs", true);
		case "authenticated":
		case "component":
		case "combined":
		case "stored":
		case "failed":
			return state;
	}
}

function afterCombination(plan: CeremonyPlan, people: readonly Person[], kcv: CheckValue): CeremonyState {
	const isExpected = plan.expected === undefined || checkValuesAgree(plan.expected, kcv);
	return isExpected ? { step: "confirm_key", people, kcv } : refused(people, "kcv_differs");
}

function afterKeyQuestion(state: StateOf<"confirm_key">, input: CeremonyInput): CeremonyState {
	switch (input.kind) {
		case "confirmed":
			return { ...state, step: "store" };
		case "denied":
			return refused(state.people, "kcv_differs");
		case "authenticated":
		case "component":
		case "combined":
		case "stored":
		case "failed":
			return state;
	}
}
