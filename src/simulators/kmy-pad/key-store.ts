import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { type ClearTdesKey, clearTdesKey } from "../../crypto/clear/clear-keys.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { masterKeySchema } from "./options.ts";

/** A working key's place: the master key it came under, and its own number. */
export interface WorkingSlot {
	readonly master: number;
	readonly slot: number;
}

const rememberedSchema = z.strictObject({
	state: z.enum(["held", "lost"]),
	masterKeys: z.array(masterKeySchema),
	workingKeys: z.array(masterKeySchema.extend({ master: z.int() })),
});

type Remembered = z.infer<typeof rememberedSchema>;

interface StoreOptions {
	readonly remember?: string | undefined;
	/** Keys of a new pad, used when there is no file yet. */
	readonly masterKeys: Remembered["masterKeys"];
}

/** The battery-backed memory of the pad. Its keys are used inside the pad and never shown. */
export class KeyStore {
	readonly #file: string | undefined;
	readonly #masters = new Map<number, ClearTdesKey>();
	readonly #workings = new Map<number, Map<number, ClearTdesKey>>();
	#state: Remembered["state"];

	constructor({ remember, masterKeys }: StoreOptions) {
		this.#file = remember;
		const remembered = readRemembered(remember) ?? { state: "held", masterKeys, workingKeys: [] };
		this.#state = remembered.state;
		for (const { slot, key } of remembered.masterKeys) {
			this.#masters.set(slot, clearTdesKey(fromHex(key)));
		}
		for (const { master, slot, key } of remembered.workingKeys) {
			this.#workingsOf(master).set(slot, clearTdesKey(fromHex(key)));
		}
	}

	/** `lost` from an alarm until a master key is loaded again. */
	get state(): Remembered["state"] {
		return this.#state;
	}

	/** Which slots hold a key. */
	get slots(): { readonly master: readonly number[]; readonly working: readonly WorkingSlot[] } {
		const working = [...this.#workings].flatMap(([master, keys]) => [...keys.keys()].map((slot) => ({ master, slot })));
		return { master: [...this.#masters.keys()], working };
	}

	master(slot: number): ClearTdesKey | undefined {
		return this.#masters.get(slot);
	}

	working({ master, slot }: WorkingSlot): ClearTdesKey | undefined {
		return this.#workings.get(master)?.get(slot);
	}

	/** The working keys under the former master key go with it. */
	storeMaster(slot: number, key: ClearTdesKey): void {
		this.#masters.set(slot, key);
		this.#workings.delete(slot);
		this.#state = "held";
		this.#save();
	}

	storeWorking({ master, slot }: WorkingSlot, key: ClearTdesKey): void {
		this.#workingsOf(master).set(slot, key);
		this.#save();
	}

	/** Erases all keys: because the host asked for it (`held`, there is nothing to hold), or in an alarm (`lost`). */
	erase(state: Remembered["state"]): void {
		this.#masters.clear();
		this.#workings.clear();
		this.#state = state;
		this.#save();
	}

	#workingsOf(master: number): Map<number, ClearTdesKey> {
		const known = this.#workings.get(master);
		if (known !== undefined) {
			return known;
		}
		const keys = new Map<number, ClearTdesKey>();
		this.#workings.set(master, keys);
		return keys;
	}

	#save(): void {
		if (this.#file === undefined) {
			return;
		}
		const remembered: Remembered = {
			state: this.#state,
			masterKeys: [...this.#masters].map(([slot, key]) => ({ slot, key: toHex(key) })),
			workingKeys: [...this.#workings].flatMap(([master, keys]) =>
				[...keys].map(([slot, key]) => ({ master, slot, key: toHex(key) })),
			),
		};
		writeFileSync(this.#file, JSON.stringify(remembered), { mode: 0o600 });
	}
}

function readRemembered(file: string | undefined): Remembered | undefined {
	return file !== undefined && existsSync(file)
		? rememberedSchema.parse(JSON.parse(readFileSync(file, "utf8")))
		: undefined;
}
