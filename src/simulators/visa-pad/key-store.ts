import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { type ClearTdesKey, clearTdesKey } from "../../crypto/clear/clear-keys.ts";
import { type Bytes, equalBytes } from "../../wire/bytes.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { initialKeySchema, slotKeySchema } from "./options.ts";

/** A key in a slot, and what it is for. */
export interface SlotKey {
	readonly key: ClearTdesKey;
	/** TR-31 key usage. */
	readonly usage: string;
}

/** A set of DUKPT keys: the initial key, and the key serial number used last. */
interface Engine {
	readonly key: ClearTdesKey;
	readonly ksn: Bytes;
}

const rememberedSchema = z.strictObject({
	serialNumber: z.string(),
	masterKeys: z.array(slotKeySchema),
	initialKeys: z.array(initialKeySchema),
});

type Remembered = z.infer<typeof rememberedSchema>;

interface StoreOptions extends Remembered {
	readonly remember?: string | undefined;
}

/** The battery-backed memory of the pad. Its keys are used inside the pad and never shown. */
export class KeyStore {
	readonly #file: string | undefined;
	readonly #slots = new Map<string, SlotKey>();
	readonly #engines = new Map<number, Engine>();
	#serialNumber: string;

	constructor(options: StoreOptions) {
		this.#file = options.remember;
		const remembered = readRemembered(options.remember) ?? options;
		this.#serialNumber = remembered.serialNumber;
		for (const { slot, key, usage } of remembered.masterKeys) {
			this.#slots.set(slot, { key: clearTdesKey(fromHex(key)), usage });
		}
		for (const { engine, key, ksn } of remembered.initialKeys) {
			this.#engines.set(engine, { key: clearTdesKey(fromHex(key)), ksn: fromHex(ksn) });
		}
	}

	get serialNumber(): string {
		return this.#serialNumber;
	}

	/** Which places hold a key; key serial numbers as hex. */
	get places(): {
		readonly slots: readonly { readonly slot: string; readonly usage: string }[];
		readonly engines: readonly { readonly engine: number; readonly ksn: string }[];
	} {
		return {
			slots: [...this.#slots].map(([slot, { usage }]) => ({ slot, usage })),
			engines: [...this.#engines].map(([engine, { ksn }]) => ({ engine, ksn: toHex(ksn) })),
		};
	}

	slot(slot: string): SlotKey | undefined {
		return this.#slots.get(slot);
	}

	engine(engine: number): Engine | undefined {
		return this.#engines.get(engine);
	}

	/** Whether another slot holds this key. */
	holdsElsewhere(slot: string, key: ClearTdesKey): boolean {
		return [...this.#slots].some(([other, held]) => other !== slot && equalBytes(held.key, key));
	}

	storeSerialNumber(serialNumber: string): void {
		this.#serialNumber = serialNumber;
		this.#save();
	}

	storeSlot(slot: string, key: SlotKey): void {
		this.#slots.set(slot, key);
		this.#save();
	}

	/** A new initial key, or the same one with the next key serial number. */
	storeEngine(engine: number, keys: Engine): void {
		this.#engines.set(engine, keys);
		this.#save();
	}

	eraseEngines(): void {
		this.#engines.clear();
		this.#save();
	}

	/** As in an alarm. */
	eraseAll(): void {
		this.#slots.clear();
		this.eraseEngines();
	}

	#save(): void {
		if (this.#file === undefined) {
			return;
		}
		const remembered: Remembered = {
			serialNumber: this.#serialNumber,
			masterKeys: [...this.#slots].map(([slot, { key, usage }]) => ({ slot, key: toHex(key), usage })),
			initialKeys: [...this.#engines].map(([engine, { key, ksn }]) => ({ engine, key: toHex(key), ksn: toHex(ksn) })),
		};
		// Whoever stops the pad in the middle of this must not find half a memory.
		writeFileSync(`${this.#file}.new`, JSON.stringify(remembered), { mode: 0o600 });
		renameSync(`${this.#file}.new`, this.#file);
	}
}

function readRemembered(file: string | undefined): Remembered | undefined {
	return file !== undefined && existsSync(file)
		? rememberedSchema.parse(JSON.parse(readFileSync(file, "utf8")))
		: undefined;
}
