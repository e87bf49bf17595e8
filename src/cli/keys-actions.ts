import { readFileSync, writeFileSync } from "node:fs";
import { Fault } from "../kernel/fault.ts";
import { authenticatePerson, createVaultAtTerminal, openWithTwoPeople } from "../keys/ceremony/people.ts";
import { runCeremony } from "../keys/ceremony/run-ceremony.ts";
import { parseCheckValue } from "../keys/check-value.ts";
import { InjectionBatch, type Progress } from "../keys/injection/injection-batch.ts";
import { parseManifest } from "../keys/injection/manifest.ts";
import type { PadAccount } from "../keys/injection/reconcile.ts";
import { verifyPad } from "../keys/injection/verify-pad.ts";
import { addPads, parsePadList, removePad } from "../keys/inventory.ts";
import type { KeyAlgorithm, KeyRole } from "../keys/key-kind.ts";
import { keysFolder } from "../keys/keys-folder.ts";
import { kcvText } from "../keys/record/entry-text.ts";
import { recordAsCsv, recordAsHtml } from "../keys/record/export-record.ts";
import { hasHead, readRecord } from "../keys/record/key-record.ts";
import { headText } from "../keys/record/record-line.ts";
import type { NewProvider } from "../keys/vault/vault.ts";
import type { CommandContext } from "./command-context.ts";
import { moment, show, table } from "./console-io.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { connectConfiguredPad, doKeyWork, type KeysOptions, keysDirectory } from "./keys-work.ts";

export interface InitOptions extends KeysOptions {
	/** PKCS#11 module and token; a sealed file when left out. */
	readonly module?: string;
	readonly token?: string;
}

/** `keys init`: the vault, with its two sides of custodians present. */
export function initVault(context: CommandContext, options: InitOptions): Promise<ExitCode> {
	return doKeyWork(context, options, async ({ desk, terminal, purpose }) => {
		const vault = await createVaultAtTerminal(
			{
				path: desk.vaultPath,
				purpose,
				provider: await providerOf(options, (prompt) => terminal.askSecret(prompt)),
				sides: ["A", "B"],
				scrypt: undefined,
			},
			{ terminal, record: desk.record },
		);
		const holders = vault.holders.map(({ name, side }) => `${name} (${side})`).join(", ");
		show(context.io, { purpose: vault.purpose, holders: vault.holders }, [
			`Vault for ${vault.purpose} keys: ${holders}.`,
		]);
		return exitCodes.done;
	});
}

async function providerOf(
	{ module, token }: InitOptions,
	askSecret: (prompt: string) => Promise<Uint8Array>,
): Promise<NewProvider> {
	if (module === undefined || token === undefined) {
		return { kind: "sealed-file" };
	}
	const pin = new TextDecoder().decode(await askSecret("Present user PIN of the token: "));
	return { kind: "pkcs11", module, tokenLabel: token, pin };
}

export interface CeremonyOptions extends KeysOptions {
	readonly role: KeyRole;
	readonly algorithm: KeyAlgorithm;
	readonly components: string;
	readonly kcv?: string;
}

/** `keys ceremony`: custodians in turn type their components; nobody sees the whole. */
export function holdCeremony(context: CommandContext, name: string, options: CeremonyOptions): Promise<ExitCode> {
	const { role, algorithm, components, kcv } = options;
	return doKeyWork(context, options, async ({ desk, terminal, purpose }) => {
		const expected = kcv === undefined ? undefined : parseCheckValue(algorithm, kcv);
		const label = await runCeremony(
			{ key: { name, role, algorithm }, components: Number(components), expected },
			{ vault: desk.vault(purpose), record: desk.record, terminal },
		);
		show(context.io, label, [`${label.name}: ${label.role} ${label.algorithm}, check value ${kcvText(label.kcv)}`]);
		return exitCodes.done;
	});
}

/** `keys inventory add`: pads of a delivery note. */
export function addToInventory(context: CommandContext, file: string, options: KeysOptions): Promise<ExitCode> {
	return doKeyWork(context, options, async ({ desk, terminal, purpose }) => {
		const { holder, secret } = await authenticatePerson(desk.vault(purpose), terminal);
		secret.fill(0);
		const added = addPads(desk.record, [holder], parsePadList(readFileSync(file, "utf8")));
		show(context.io, { added }, [`${added.length} pads are new in the inventory.`]);
		return exitCodes.done;
	});
}

/** `keys inventory remove` */
export function removeFromInventory(
	context: CommandContext,
	serial: string,
	options: KeysOptions & { readonly reason: string },
): Promise<ExitCode> {
	return doKeyWork(context, options, async ({ desk, terminal, purpose }) => {
		const { holder, secret } = await authenticatePerson(desk.vault(purpose), terminal);
		secret.fill(0);
		removePad(desk.record, [holder], { serial, reason: options.reason });
		show(context.io, { removed: serial }, [`${serial} gets no keys any more.`]);
		return exitCodes.done;
	});
}

/** `keys inventory list` */
export async function listInventory(context: CommandContext): Promise<ExitCode> {
	return doKeyWork(context, {}, async ({ desk }) => {
		const pads = desk.record.book.inventory;
		const rows = pads.map(({ serial, model, since }) => [serial, model, moment(Date.parse(since))]);
		show(context.io, { pads }, table(["serial", "model", "since"], rows));
		return exitCodes.done;
	});
}

/** `keys inject`: the keys of a manifest into the pads that are connected, until every pad of the list is accounted for. */
export function inject(
	context: CommandContext,
	file: string,
	options: KeysOptions & { readonly device: readonly string[] },
): Promise<ExitCode> {
	return doKeyWork(context, options, async ({ desk, terminal, purpose, signal }) => {
		const manifest = parseManifest(/\.csv$/i.test(file) ? "csv" : "yaml", readFileSync(file, "utf8"));
		const { store, people } = await openWithTwoPeople(desk.vault(purpose), terminal);
		try {
			const onProgress = (progress: Progress): void => context.io.error(progressLine(progress));
			const batch = new InjectionBatch({ manifest, store, record: desk.record, people, signal, onProgress });
			for (const device of options.device) {
				await injectInto(context, device, batch, signal);
			}
			const accounts = batch.finish();
			show(context.io, { accounts: accounts.map(shownAccount) }, accounts.flatMap(accountLines));
			return accounts.every(({ state }) => state === "complete") ? exitCodes.done : exitCodes.failed;
		} finally {
			store.close();
		}
	});
}

/** A pad that cannot be loaded is said so, and the next one has its turn. */
async function injectInto(
	context: CommandContext,
	device: string,
	batch: InjectionBatch,
	signal: AbortSignal,
): Promise<void> {
	try {
		const connected = await connectConfiguredPad(context, device, signal);
		try {
			await batch.inject(connected.pad);
		} finally {
			await connected.close();
		}
	} catch (error) {
		if (!(error instanceof Fault) || signal.aborted) {
			throw error;
		}
		context.io.error(`${device}: ${error.message} (${error.code}). ${error.action}`);
	}
}

/** `keys verify`: proves once more what the pad holds; loads nothing. */
export function verify(context: CommandContext, device: string, options: KeysOptions): Promise<ExitCode> {
	return doKeyWork(context, options, async ({ desk, terminal, purpose, signal }) => {
		const { holder, secret } = await authenticatePerson(desk.vault(purpose), terminal);
		secret.fill(0);
		const connected = await connectConfiguredPad(context, device, signal);
		try {
			const slots = await verifyPad(connected.pad, { record: desk.record, people: [holder], signal });
			const rows = slots.map(({ place, state, verdict }) => [place, state.role, kcvText(state.kcv), verdict]);
			show(context.io, { slots }, table(["slot", "role", "check value", "verdict"], rows));
			return slots.every(({ verdict }) => verdict === "proved" || verdict === "not_provable")
				? exitCodes.done
				: exitCodes.failed;
		} finally {
			await connected.close();
		}
	});
}

/** `keys slots`: what each pad holds by its check values, as the record tells. */
export function listSlots(context: CommandContext, serial: string | undefined): Promise<ExitCode> {
	return doKeyWork(context, {}, async ({ desk }) => {
		const { book } = desk.record;
		const serials = serial === undefined ? book.inventory.map((pad) => pad.serial) : [serial];
		const slots = serials.flatMap((pad) =>
			[...book.slots(pad)].map(([place, { role, algorithm, kcv, ksn, proof, lost, at }]) => ({
				pad,
				place,
				role,
				algorithm,
				kcv,
				ksn,
				state: lost ? "lost" : proof === undefined ? "in doubt" : proof.kind,
				at,
			})),
		);
		const rows = slots.map((slot) => [slot.pad, slot.place, slot.role, slot.algorithm, kcvText(slot.kcv), slot.state]);
		show(context.io, { slots }, table(["pad", "slot", "role", "algorithm", "check value", "state"], rows));
		return exitCodes.done;
	});
}

export interface LogOptions {
	readonly verify?: boolean;
	readonly head?: string;
	readonly csv?: string;
	readonly html?: string;
}

/** `keys log`: the record, verified each time it is read; exported on request. Anybody may look, also while somebody writes. */
export async function showLog(
	context: CommandContext,
	{ verify: only, head, csv, html }: LogOptions,
): Promise<ExitCode> {
	const record = readRecord(keysFolder(await keysDirectory(context)).record);
	if (record.brokenAt !== undefined) {
		throw new Fault("record_damaged", { detail: `Line ${record.brokenAt} does not continue the chain` });
	}
	if (head !== undefined && !hasHead(record, head)) {
		throw new Fault("record_damaged", { detail: "The record never had this head: it is not the one that was signed" });
	}
	for (const [path, text] of [
		[csv, recordAsCsv],
		[html, recordAsHtml],
	] as const) {
		if (path !== undefined) {
			writeFileSync(path, text(record), { mode: 0o600 });
		}
	}
	const summary = { entries: record.entries.length, head: headText(record.head) };
	const lines = [`${summary.entries} entries, the chain is whole, head ${summary.head}`];
	show(context.io, only === true ? summary : { ...summary, record: record.entries }, [
		...(only === true ? [] : recordAsCsv(record).trimEnd().split("\n")),
		...lines,
	]);
	return exitCodes.done;
}

function progressLine({ serial, place, step, fault, done, total }: Progress): string {
	const why = fault === undefined ? "" : `: ${fault.message} (${fault.code}). ${fault.action}`;
	return `[${done}/${total}] ${serial} ${place}: ${step.replaceAll("_", " ")}${why}`;
}

function shownAccount({ serial, state, keys }: PadAccount): unknown {
	return { serial, state, keys: keys.map(({ row, end }) => ({ line: row.line, role: row.role, ...end })) };
}

function accountLines({ serial, state, keys }: PadAccount): readonly string[] {
	const ends = keys.map(({ row, end }) => `${row.role} ${end.kind.replaceAll("_", " ")}`).join(", ");
	return [`${serial}: ${state} (${ends})`];
}
