import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { deriveIpek } from "../../src/crypto/clear/dukpt-tdes.ts";
import { withOddParity } from "../../src/crypto/clear/parity.ts";
import { randomBytes } from "../../src/crypto/random.ts";
import { padOptionsSchema } from "../../src/simulators/kmy-pad/options.ts";
import { runKmyPad } from "../../src/simulators/kmy-pad/run-kmy-pad.ts";
import { visaPadOptionsSchema } from "../../src/simulators/visa-pad/options.ts";
import { runVisaPad } from "../../src/simulators/visa-pad/run-visa-pad.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";

/** The BDK of X9.24-1. */
export const bdk = "0123456789ABCDEFFEDCBA9876543210";

/** A virtual pad and the keys that it shall have in the end, as hex. */
export interface TorturePad {
	readonly serial: string;
	readonly family: "kmy" | "visa";
	readonly path: string;
	readonly master: string;
	/** A working key of a KMY, the initial key of a VISA pad. */
	readonly second: string;
	readonly ksn: string | undefined;
	/** What the pad really holds, out of its own memory: master keys, then working or initial keys with their KSNs. */
	contents(): readonly string[];
	close(): Promise<void>;
}

export function randomKey(): string {
	return toHex(withOddParity(clearTdesKey(randomBytes(16))));
}

const kmyMemory = z.object({
	masterKeys: z.array(z.object({ slot: z.number(), key: z.string() })),
	workingKeys: z.array(z.object({ master: z.number(), slot: z.number(), key: z.string() })),
});
const visaMemory = z.object({
	masterKeys: z.array(z.object({ slot: z.string(), key: z.string() })),
	initialKeys: z.array(z.object({ engine: z.number(), key: z.string(), ksn: z.string() })),
});

/** Overwritten by every proof of a master key. */
const proofSlot = 15;

export async function kmyPad(folder: string, number: number): Promise<TorturePad> {
	const serial = String(35_010_000 + number);
	const remember = join(folder, `pad-${serial}.json`);
	const pad = await runKmyPad(padOptionsSchema.parse({ serialNumber: serial, remember }));
	return {
		serial,
		family: "kmy",
		path: pad.path,
		master: randomKey(),
		second: randomKey(),
		ksn: undefined,
		contents() {
			const { masterKeys, workingKeys } = kmyMemory.parse(JSON.parse(readFileSync(remember, "utf8")));
			const loaded = workingKeys.filter(({ slot }) => slot !== proofSlot);
			return [
				...masterKeys.map(({ slot, key }) => `${slot} ${key}`),
				...loaded.map(({ master, slot, key }) => `${master}/${slot} ${key}`),
			];
		},
		close: () => pad.close(),
	};
}

export async function visaPad(folder: string, number: number): Promise<TorturePad> {
	const serial = String(24_680_000 + number);
	const remember = join(folder, `pad-${serial}.json`);
	// Key set id of 5 bytes, device number, and a counter of zeros in the last 21 bits.
	const ksn = `FFFF987654${(number << 5).toString(16).toUpperCase().padStart(6, "0")}0000`;
	const pad = await runVisaPad(
		visaPadOptionsSchema.parse({ serialNumber: serial, remember, dialect: "uic", keyManagement: "dukpt" }),
	);
	return {
		serial,
		family: "visa",
		path: pad.path,
		master: randomKey(),
		second: toHex(deriveIpek(clearTdesKey(fromHex(bdk)), fromHex(ksn))),
		ksn,
		contents() {
			const { masterKeys, initialKeys } = visaMemory.parse(JSON.parse(readFileSync(remember, "utf8")));
			return [
				...masterKeys.map(({ slot, key }) => `${slot} ${key}`),
				...initialKeys.map(({ engine, key, ksn: held }) => `engine ${engine} ${key} ${held}`),
			];
		},
		close: () => pad.close(),
	};
}

export function expectedContents({ family, master, second, ksn }: TorturePad): readonly string[] {
	return family === "kmy" ? [`0 ${master}`, `0/1 ${second}`] : [`0 ${master}`, `engine 0 ${second} ${ksn ?? ""}`];
}
