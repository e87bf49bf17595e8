import { constantTimeEqual } from "../../crypto/digest.ts";
import { Fault } from "../../kernel/fault.ts";
import type { KeyRecord } from "../record/key-record.ts";
import type { KeyPurpose, KeyStore } from "../vault/key-store.ts";
import type { NewHolder, Share } from "../vault/shares.ts";
import { createVault, type NewProvider, scryptCost, type Vault } from "../vault/vault.ts";
import { personNameSchema, type ScryptCost, type Side } from "../vault/vault-file.ts";
import type { KeyTerminal } from "./key-terminal.ts";

/** A store that two people have opened, and who they are. */
export interface OpenedVault {
	readonly store: KeyStore;
	readonly people: readonly string[];
}

/**
 * Components and passphrases come from people. A pipe will do for test keys only.
 * @throws Fault `piped_input_refused`
 */
export function requireTyping(terminal: KeyTerminal, purpose: KeyPurpose): void {
	if (terminal.kind === "pipe" && purpose === "production") {
		throw new Fault("piped_input_refused");
	}
}

/**
 * Asks one person who they are.
 * @throws Fault `custodian_unknown`, `passphrase_wrong`
 */
export async function authenticatePerson(vault: Vault, terminal: KeyTerminal): Promise<Share> {
	const name = await terminal.ask("Name: ");
	return vault.authenticate(name, await terminal.askSecret("Passphrase: "));
}

/**
 * Two operators, one of each side, open the vault.
 * @throws Fault `custodian_unknown`, `passphrase_wrong`, `custodian_twice`, `piped_input_refused`
 */
export async function openWithTwoPeople(vault: Vault, terminal: KeyTerminal): Promise<OpenedVault> {
	requireTyping(terminal, vault.purpose);
	terminal.say("First operator");
	const first = await authenticatePerson(vault, terminal);
	try {
		terminal.say("Second operator");
		const second = await authenticatePerson(vault, terminal);
		return { store: vault.unlock([first, second]), people: [first.holder, second.holder] };
	} finally {
		first.secret.fill(0);
	}
}

interface VaultOrder {
	readonly path: string;
	readonly purpose: KeyPurpose;
	readonly provider: NewProvider;
	/** One entry a person, in the order in which they come to the terminal. */
	readonly sides: readonly Side[];
	readonly scrypt: ScryptCost | undefined;
}

/**
 * Makes a vault with everybody present: each chooses a passphrase, typed twice.
 * @throws Fault as `createVault` does; `passphrase_wrong` when the two differ
 */
export async function createVaultAtTerminal(
	order: VaultOrder,
	{ terminal, record }: { readonly terminal: KeyTerminal; readonly record: KeyRecord },
): Promise<Vault> {
	requireTyping(terminal, order.purpose);
	const holders: NewHolder[] = [];
	try {
		for (const side of order.sides) {
			terminal.say(`Custodian ${holders.length + 1} of ${order.sides.length}, side ${side}`);
			holders.push({ side, ...(await newPerson(terminal)) });
		}
		const vault = createVault(order.path, {
			purpose: order.purpose,
			provider: order.provider,
			holders,
			scrypt: order.scrypt ?? scryptCost,
		});
		const people = holders.map(({ name }) => name);
		record.append({ type: "vault_created", purpose: vault.purpose, holders: [...vault.holders] }, people);
		return vault;
	} finally {
		for (const { passphrase } of holders) {
			passphrase.fill(0);
		}
	}
}

async function newPerson(terminal: KeyTerminal): Promise<Omit<NewHolder, "side">> {
	const name = personNameSchema.safeParse(await terminal.ask("Name: "));
	if (!name.success) {
		throw new Fault("custodian_unknown", { detail: `A name has ${name.error.issues[0]?.message ?? "letters"}` });
	}
	const passphrase = await terminal.askSecret("New passphrase: ");
	const again = await terminal.askSecret("The same again: ");
	const isSame = constantTimeEqual(passphrase, again);
	again.fill(0);
	if (!isSame) {
		passphrase.fill(0);
		throw new Fault("passphrase_wrong", { detail: "The two passphrases differ" });
	}
	return { name: name.data, passphrase };
}
