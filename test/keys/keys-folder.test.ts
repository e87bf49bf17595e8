import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { claimKeysFolder, keysFolder } from "../../src/keys/keys-folder.ts";
import { scratchFolder } from "./support/scratch.ts";
import { faultOf } from "./vault/key-store-contract.ts";

it("belongs to its owner, and to one user at a time", () => {
	const directory = join(scratchFolder(), "new");
	const claimed = claimKeysFolder(directory);
	expect(claimed).toMatchObject(keysFolder(directory));
	expect(statSync(directory).mode & 0o777).toBe(0o700);
	expect(() => claimKeysFolder(directory)).toThrow(faultOf("keys_locked"));
	claimed.release();
	claimKeysFolder(directory).release();
});
