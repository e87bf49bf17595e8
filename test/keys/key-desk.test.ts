import { join } from "node:path";
import { expect, it } from "vitest";
import { atKeyDesk } from "../../src/keys/key-desk.ts";
import { keysFolder } from "../../src/keys/keys-folder.ts";
import { readRecord } from "../../src/keys/record/key-record.ts";
import { scratchFolder } from "./support/scratch.ts";
import { testClock } from "./support/test-clock.ts";
import { testVault } from "./support/test-vault.ts";
import { faultOf } from "./vault/key-store-contract.ts";

it("has one user at a time, and is free again however the work ends", async () => {
	const directory = join(scratchFolder(), "keys");
	const failing = atKeyDesk(directory, testClock(), async ({ record }) => {
		record.append({ type: "pad_added", serial: "1", model: "x" }, []);
		await atKeyDesk(directory, testClock(), async () => undefined);
	});
	await expect(failing).rejects.toThrow(faultOf("keys_locked"));
	await expect(atKeyDesk(directory, testClock(), async ({ record }) => record.entries.length)).resolves.toBe(1);
	expect(readRecord(keysFolder(directory).record).entries).toHaveLength(1);
});

it("keeps test keys and production keys apart", async () => {
	const directory = scratchFolder();
	await atKeyDesk(directory, testClock(), async (desk) => {
		expect(() => desk.vault("test")).toThrow(faultOf("vault_missing"));
		testVault(desk.vaultPath, "test");
		expect(desk.vault("test").purpose).toBe("test");
		expect(() => desk.vault("production")).toThrow(faultOf("vault_purpose_differs"));
	});
});
