import type { PinPad } from "../../devices/pin-pad.ts";
import { asFault, Fault } from "../../kernel/fault.ts";
import { placeText } from "../place.ts";
import { codeSchema } from "../record/entry.ts";
import { type SlotId, slotId } from "../record/key-book.ts";
import type { KeyRecord } from "../record/key-record.ts";
import type { KeyStore } from "../vault/key-store.ts";
import { type LoadParts, loadRow, requireEmptyOrTestPad } from "./load-row.ts";
import type { Manifest } from "./manifest.ts";
import type { ManifestRow } from "./manifest-row.ts";
import { type PlannedLoad, planBatch } from "./plan.ts";
import { type PadAccount, reconcile } from "./reconcile.ts";

/** What happens to a key, as it happens; `done` of `total` keys of the manifest are in their slots. */
export interface Progress {
	readonly serial: string;
	readonly place: string;
	readonly step: "loading" | "loaded" | "already_there" | "refused";
	readonly fault: Fault | undefined;
	readonly done: number;
	readonly total: number;
}

interface BatchOptions {
	readonly manifest: Manifest;
	readonly store: KeyStore;
	readonly record: KeyRecord;
	/** The two operators that were authenticated. */
	readonly people: readonly string[];
	/** Ends the batch between two keys. */
	readonly signal: AbortSignal;
	readonly onProgress: (progress: Progress) => void;
}

/**
 * The keys of one manifest on their way into the pads of its list, in whatever order these are connected. The record is
 * the memory: the same manifest, begun again after a stop or a crash, goes on where it was.
 */
export class InjectionBatch {
	readonly #options: BatchOptions;
	readonly #plan: readonly PlannedLoad[];
	readonly #atWork = new Set<string>();
	/** Slots whose keys have been proved. */
	readonly #done = new Set<SlotId>();

	/** Checks the whole manifest and records what is refused; touches no pad. */
	constructor(options: BatchOptions) {
		this.#options = options;
		const { manifest, store, record, people } = options;
		this.#plan = planBatch(manifest, store, record.book);
		const { batch, rows } = manifest;
		const pads = new Set(rows.map(({ serial }) => serial)).size;
		record.append({ type: "batch_started", batch, purpose: store.purpose, pads, keys: rows.length }, people);
		for (const { row, end } of this.accounts.flatMap(({ keys }) => keys)) {
			if (end.kind === "proved") {
				this.#done.add(slotId(row.serial, placeText(row.place)));
			}
		}
		for (const planned of this.#plan) {
			if (planned.kind === "refused") {
				this.#refuse(planned.row, planned.fault);
			}
		}
	}

	/** Every pad of the manifest and where its keys are. */
	get accounts(): readonly PadAccount[] {
		const { manifest, record } = this.#options;
		return reconcile(manifest, record.book, record.entries);
	}

	/** Serial numbers of the pads that still have keys to get; those with a refused key are not among them. */
	get openPads(): readonly string[] {
		return this.accounts
			.filter(({ serial, state }) => state !== "complete" && !this.#hasRefusedRow(serial))
			.map(({ serial }) => serial);
	}

	/**
	 * Loads and proves all keys of the pad that is connected, whichever of the list it is. A refusal is recorded and ends
	 * this pad; the batch goes on with the next.
	 * @throws Fault `pad_not_listed`, `pad_unknown`, `pad_changed`, `key_unproven`, `kcv_differs`, `clear_load_refused`,
	 * `slot_unsuitable`, the abort reason, or as the pad does
	 */
	async inject(pad: PinPad): Promise<PadAccount> {
		const { signal } = this.#options;
		signal.throwIfAborted();
		const { keyLoading: loading } = pad;
		if (loading === undefined) {
			throw new Fault("E_ILLEGAL", { detail: `No keys can be loaded into a ${pad.identity.model} by this driver` });
		}
		const serial = await loading.readSerialNumber(signal);
		if (this.#atWork.has(serial)) {
			throw new Fault("pad_changed", { detail: `Pad ${serial} is at work on another line`, context: { serial } });
		}
		this.#atWork.add(serial);
		try {
			await this.#injectInto(serial, {
				...this.#options,
				batch: this.#options.manifest.batch,
				loading,
				identity: pad.identity,
			});
			return this.#accountOf(serial);
		} finally {
			this.#atWork.delete(serial);
		}
	}

	/** Records the end of this run: complete when every key of every pad is in its slot. */
	finish(): readonly PadAccount[] {
		const { manifest, record, people } = this.#options;
		const { accounts } = this;
		const count = (...states: readonly PadAccount["state"][]): number =>
			accounts.filter(({ state }) => states.includes(state)).length;
		const loaded = count("complete");
		record.append(
			{
				type: "batch_ended",
				batch: manifest.batch,
				end: loaded === accounts.length ? "complete" : "incomplete",
				loaded,
				refused: count("refused"),
				missing: count("missing", "incomplete"),
			},
			people,
		);
		return accounts;
	}

	async #injectInto(serial: string, parts: LoadParts): Promise<void> {
		const rows = this.#openRowsOf(serial);
		if (rows.some(({ row }) => row.kek === undefined)) {
			await this.#orRefuse(serial, undefined, () =>
				requireEmptyOrTestPad(
					rows.map(({ row }) => row),
					parts,
				),
			);
		}
		for (const { row, facts } of rows) {
			parts.signal.throwIfAborted();
			this.#report(row, "loading");
			const end = await this.#orRefuse(serial, row, () => loadRow(row, facts, parts));
			this.#report(row, end);
		}
	}

	/** @throws Fault `pad_not_listed`, `pad_unknown`, or why a row of this pad was refused */
	#openRowsOf(serial: string): readonly Extract<PlannedLoad, { readonly kind: "open" }>[] {
		const planned = this.#plan.filter(({ row }) => row.serial === serial);
		if (planned.length === 0) {
			throw this.#recorded(serial, new Fault("pad_not_listed", { context: { serial } }));
		}
		if (this.#options.record.book.pad(serial) === undefined) {
			throw this.#recorded(serial, new Fault("pad_unknown", { context: { serial } }));
		}
		return planned.map((load) => {
			if (load.kind === "refused") {
				throw load.fault;
			}
			return load;
		});
	}

	async #orRefuse<T>(serial: string, row: ManifestRow | undefined, work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			if (error === this.#options.signal.reason) {
				throw error;
			}
			const fault = asFault(error);
			if (row === undefined) {
				throw this.#recorded(serial, fault);
			}
			this.#refuse(row, fault);
			throw fault;
		}
	}

	#recorded(serial: string, fault: Fault): Fault {
		const { manifest, record, people } = this.#options;
		record.append({ type: "load_refused", batch: manifest.batch, serial, ...codesOf(fault) }, people);
		return fault;
	}

	#refuse(row: ManifestRow, fault: Fault): void {
		const { manifest, record, people } = this.#options;
		const place = placeText(row.place);
		record.append(
			{ type: "load_refused", batch: manifest.batch, serial: row.serial, place, ...codesOf(fault) },
			people,
		);
		this.#report(row, "refused", fault);
	}

	#report({ serial, place }: ManifestRow, step: Progress["step"], fault?: Fault): void {
		const slot = { serial, place: placeText(place) };
		if (step === "loaded" || step === "already_there") {
			this.#done.add(slotId(slot.serial, slot.place));
		}
		const { onProgress, manifest } = this.#options;
		onProgress({ ...slot, step, fault, done: this.#done.size, total: manifest.rows.length });
	}

	#hasRefusedRow(serial: string): boolean {
		return this.#plan.some(({ kind, row }) => kind === "refused" && row.serial === serial);
	}

	#accountOf(serial: string): PadAccount {
		const account = this.accounts.find((candidate) => candidate.serial === serial);
		if (account === undefined) {
			throw new Fault("pad_not_listed", { context: { serial } });
		}
		return account;
	}
}

/** What a device says of itself is recorded when it is a code, and nothing else. */
function codesOf({ code, extended }: Fault): { readonly code: string; readonly extended?: string } {
	const { data } = codeSchema.safeParse(extended);
	return data === undefined ? { code } : { code, extended: data };
}
