import { join } from "node:path";
import { InjectionBatch, type Progress } from "../../../src/keys/injection/injection-batch.ts";
import { parseManifest } from "../../../src/keys/injection/manifest.ts";
import { addPads } from "../../../src/keys/inventory.ts";
import { KeyRecord } from "../../../src/keys/record/key-record.ts";
import type { KeyLabel, KeyPurpose, KeyStore } from "../../../src/keys/vault/key-store.ts";
import { memoryStore } from "./memory-store.ts";
import { scratchFolder } from "./scratch.ts";
import { testClock } from "./test-clock.ts";
import { putKey } from "./test-vault.ts";

export const people = ["Alice", "Bob"];

export type Row = Readonly<Record<string, string>>;

/** Everything but pads: a vault, a record, and batches over them. */
export interface InjectionRoom {
	readonly store: KeyStore;
	readonly path: string;
	readonly record: KeyRecord;
	readonly progress: Progress[];
	put(name: string, role: KeyLabel["role"], hex: string, algorithm?: KeyLabel["algorithm"]): void;
	/** A batch of these rows; the same rows are the same batch. */
	batch(rows: readonly Row[], signal?: AbortSignal): InjectionBatch;
	/** As after a crash: the record is read anew. */
	restart(): InjectionRoom;
}

export function injectionRoom(purpose: KeyPurpose = "test", pads: readonly string[] = ["1001", "1002"]): InjectionRoom {
	const path = join(scratchFolder(), "record.jsonl");
	const record = new KeyRecord(path, testClock());
	addPads(
		record,
		people,
		pads.map((serial) => ({ serial, model: "memory" })),
	);
	return roomOf(memoryStore(purpose), path, record);
}

function roomOf(store: KeyStore, path: string, record: KeyRecord): InjectionRoom {
	const progress: Progress[] = [];
	return {
		store,
		path,
		record,
		progress,
		put: (name, role, hex, algorithm = "TDES2") => void putKey(store, { name, role, algorithm }, hex),
		batch: (rows, signal = new AbortController().signal) =>
			new InjectionBatch({
				manifest: parseManifest("yaml", JSON.stringify({ keys: rows })),
				store,
				record,
				people,
				signal,
				onProgress: (step) => void progress.push(step),
			}),
		restart() {
			record.close();
			return roomOf(store, path, new KeyRecord(path, testClock()));
		},
	};
}
