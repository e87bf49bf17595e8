import { Option } from "commander";
import { keyAlgorithmSchema, keyRoleSchema } from "../keys/key-kind.ts";
import type { AddCommands } from "./command-context.ts";
import {
	addToInventory,
	type CeremonyOptions,
	holdCeremony,
	type InitOptions,
	initVault,
	inject,
	type LogOptions,
	listInventory,
	listSlots,
	removeFromInventory,
	showLog,
	verify,
} from "./keys-actions.ts";
import type { KeysOptions } from "./keys-work.ts";

const testKeys = ["--test-keys", "a vault for published test keys; input may be piped"] as const;

/** Commands on keys: two people for everything that touches one. */
export const addKeysCommands: AddCommands = (program, run) => {
	const keys = program.command("keys").description("custody, loading and record of keys");
	keys
		.command("init")
		.description("make the vault; one custodian of each side chooses a passphrase")
		.option("--module <file>", "PKCS#11 module, for keys in a token")
		.option("--token <label>", "label of the token")
		.option(...testKeys)
		.action((options: InitOptions) => run((context) => initVault(context, options)));
	keys
		.command("ceremony <name>")
		.description("a key from components that custodians type in turn")
		.addOption(new Option("--role <role>", "what the key is").choices(keyRoleSchema.options).makeOptionMandatory())
		.addOption(new Option("--algorithm <name>", "and how long").choices(keyAlgorithmSchema.options).default("TDES2"))
		.option("--components <count>", "how many", "2")
		.option("--kcv <hex>", "check value of the whole key, from its owner's form")
		.option(...testKeys)
		.action((name: string, options: CeremonyOptions) => run((context) => holdCeremony(context, name, options)));
	keys
		.command("inject <manifest>")
		.description("load the keys of a manifest (YAML or CSV) into connected pads, and prove them")
		.requiredOption("--device <ids...>", "PIN pads of the configuration; the daemon must not hold them")
		.option(...testKeys)
		.action((file: string, options: KeysOptions & { device: readonly string[] }) =>
			run((context) => inject(context, file, options)),
		);
	keys
		.command("verify <device>")
		.description("prove once more what a pad holds; loads nothing")
		.option(...testKeys)
		.action((device: string, options: KeysOptions) => run((context) => verify(context, device, options)));
	keys
		.command("slots [serial]")
		.description("what each pad holds, by check value")
		.action((serial: string | undefined) => run((context) => listSlots(context, serial)));
	keys
		.command("log")
		.description("the record of all key work, its chain verified")
		.option("--verify", "only verify")
		.option("--head <text>", "must be a head the record once had, as printed on an export")
		.option("--csv <file>", "export as CSV")
		.option("--html <file>", "export as one page to print and sign")
		.action((options: LogOptions) => run((context) => showLog(context, options)));

	const inventory = keys.command("inventory").description("pads that may be loaded");
	inventory
		.command("list", { isDefault: true })
		.description("all pads")
		.action(() => run((context) => listInventory(context)));
	inventory
		.command("add <file>")
		.description("pads of a list: CSV with the columns serial and model")
		.option(...testKeys)
		.action((file: string, options: KeysOptions) => run((context) => addToInventory(context, file, options)));
	inventory
		.command("remove <serial>")
		.description("no key is loaded into it any more")
		.requiredOption("--reason <text>", "why")
		.option(...testKeys)
		.action((serial: string, options: KeysOptions & { reason: string }) =>
			run((context) => removeFromInventory(context, serial, options)),
		);
};
