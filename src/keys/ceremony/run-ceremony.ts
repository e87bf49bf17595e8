import { asFault, Fault } from "../../kernel/fault.ts";
import type { CheckValue } from "../check-value.ts";
import { kcvText } from "../record/entry-text.ts";
import type { KeyRecord } from "../record/key-record.ts";
import { KeyAssembly } from "../vault/key-assembly.ts";
import type { KeyLabel, KeyStore } from "../vault/key-store.ts";
import type { Share } from "../vault/shares.ts";
import type { Vault } from "../vault/vault.ts";
import {
	type CeremonyInput,
	type CeremonyState,
	ceremonyStart,
	nextCeremonyState,
	type Person,
} from "./ceremony-machine.ts";
import { bytesOfHexLine } from "./hex-line.ts";
import type { KeyTerminal } from "./key-terminal.ts";
import { authenticatePerson, requireTyping } from "./people.ts";

/** The key that is to come into being. */
export interface CeremonyOrder {
	readonly key: Omit<KeyLabel, "kcv">;
	/** One custodian each; two or three are usual. */
	readonly components: number;
	/** Check value of the whole key, from its owner's form. */
	readonly expected: CheckValue | undefined;
}

interface Surroundings {
	readonly vault: Vault;
	readonly record: KeyRecord;
	readonly terminal: KeyTerminal;
}

/**
 * Custodians come to one terminal in turn, each shows who they are and types one full-length component, which nobody
 * sees; the key comes together inside the store. Recorded however it ends.
 * @throws Fault the reason of a refusal: `custodian_twice`, `passphrase_wrong`, `component_invalid`, `kcv_differs`,
 * `test_key_refused`, `key_weak`, `key_exists`, `piped_input_refused`, `cancelled`
 */
export async function runCeremony(order: CeremonyOrder, surroundings: Surroundings): Promise<KeyLabel> {
	const run = new CeremonyRun(order, surroundings);
	let state: CeremonyState = ceremonyStart;
	try {
		requireTyping(surroundings.terminal, surroundings.vault.purpose);
		while (state.step !== "stored") {
			state = nextCeremonyState(order, state, await run.perform(state));
			if (state.step === "refused") {
				throw run.lastFault(state.code);
			}
		}
		return run.label;
	} catch (error) {
		const fault = asFault(error);
		const by = state.people.map(({ name }) => name);
		surroundings.record.append({ type: "ceremony_refused", name: order.key.name, code: fault.code }, by);
		throw fault;
	} finally {
		run.wipe();
	}
}

/** The effects of a ceremony: what each state asks the people, the vault and the store for. */
class CeremonyRun {
	readonly #order: CeremonyOrder;
	readonly #surroundings: Surroundings;
	readonly #assembly: KeyAssembly;
	readonly #shares: Share[] = [];
	#store: KeyStore | undefined;
	#label: KeyLabel | undefined;
	#fault: Fault | undefined;

	constructor(order: CeremonyOrder, surroundings: Surroundings) {
		this.#order = order;
		this.#surroundings = surroundings;
		this.#assembly = new KeyAssembly(order.key, surroundings.vault.purpose);
	}

	/** Does what the state asks for. Refusals are inputs of the machine; an interruption is not. */
	async perform(state: CeremonyState): Promise<CeremonyInput> {
		try {
			return await this.#perform(state);
		} catch (error) {
			if (!(error instanceof Fault) || error.code === "cancelled") {
				throw error;
			}
			this.#fault = error;
			this.#surroundings.terminal.say(`${error.message}. ${error.action}`);
			return { kind: "failed", code: error.code };
		}
	}

	/** The fault with this code that was met last, which knows more than its code. */
	lastFault(code: Fault["code"]): Fault {
		return this.#fault?.code === code ? this.#fault : new Fault(code);
	}

	/** The key that a finished ceremony has made. */
	get label(): KeyLabel {
		if (this.#label === undefined) {
			throw new Fault("internal", { detail: "The ceremony ended without a key" });
		}
		return this.#label;
	}

	wipe(): void {
		this.#assembly.wipe();
		this.#store?.close();
		for (const { secret } of this.#shares) {
			secret.fill(0);
		}
	}

	#perform(state: CeremonyState): CeremonyInput | Promise<CeremonyInput> {
		switch (state.step) {
			case "authenticate":
				return this.#authenticate(state.people.length + 1);
			case "component":
				return this.#takeComponent();
			case "confirm_component":
				return this.#confirmComponent(state.kcv);
			case "combine":
				return { kind: "combined", kcv: this.#assembly.checkValue() };
			case "confirm_key":
				return this.#confirm(`Check value of the whole key: ${kcvText(state.kcv)}`);
			case "store":
				return this.#storeKey(state);
			case "stored":
			case "refused":
				throw new Fault("internal", { detail: `A ceremony does nothing once it is ${state.step}` });
		}
	}

	async #authenticate(turn: number): Promise<CeremonyInput> {
		const { vault, terminal } = this.#surroundings;
		terminal.say(`Custodian ${turn} of ${this.#order.components}`);
		const share = await authenticatePerson(vault, terminal);
		this.#shares.push(share);
		const isTwoSided = new Set(this.#shares.map(({ side }) => side)).size === 2;
		if (isTwoSided && this.#store === undefined) {
			this.#store = vault.unlock(this.#shares);
			this.#requireFreeName(this.#store);
		}
		return { kind: "authenticated", person: { name: share.holder, side: share.side } };
	}

	async #takeComponent(): Promise<CeremonyInput> {
		const line = await this.#surroundings.terminal.askSecret("Your component (hex, not shown): ");
		return { kind: "component", kcv: this.#assembly.add(bytesOfHexLine(line)) };
	}

	async #confirmComponent(kcv: CheckValue): Promise<CeremonyInput> {
		const answer = await this.#confirm(`Check value of your component: ${kcvText(kcv)}`);
		if (answer.kind === "denied") {
			this.#assembly.dropLast();
		}
		this.#surroundings.terminal.clear();
		return answer;
	}

	async #confirm(statement: string): Promise<CeremonyInput> {
		const { terminal } = this.#surroundings;
		terminal.say(statement);
		for (;;) {
			const answer = (await terminal.ask("Is this the value on your form? (yes/no) ")).toLowerCase();
			if (answer === "yes" || answer === "no") {
				return { kind: answer === "yes" ? "confirmed" : "denied" };
			}
		}
	}

	/** The record comes first: a key that nobody recorded would be worse than an entry without its key. */
	#storeKey({ people, kcv }: { readonly people: readonly Person[]; readonly kcv: CheckValue }): CeremonyInput {
		const { key, components } = this.#order;
		const by = people.map(({ name }) => name);
		this.#surroundings.record.append({ type: "key_stored", key: { ...key, kcv }, components }, by);
		this.#label = this.#assembly.storeIn(this.#openStore());
		return { kind: "stored" };
	}

	/** Found before anybody types a component for nothing. */
	#requireFreeName(store: KeyStore): void {
		const { name } = this.#order.key;
		if (store.list().some((label) => label.name === name)) {
			throw new Fault("key_exists", { context: { key: name } });
		}
	}

	#openStore(): KeyStore {
		if (this.#store === undefined) {
			throw new Fault("custodian_twice");
		}
		return this.#store;
	}
}
