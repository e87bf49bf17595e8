import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { kmy350xDriver } from "../../src/drivers/kmy350x/kmy350x-driver.ts";
import { visa1000seDriver } from "../../src/drivers/visa1000se/visa1000se-driver.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { type ConnectedPad, connectPad } from "../../src/keys/injection/connect-pad.ts";
import { InjectionBatch } from "../../src/keys/injection/injection-batch.ts";
import { parseManifest } from "../../src/keys/injection/manifest.ts";
import { atKeyDesk } from "../../src/keys/key-desk.ts";
import { openPort } from "../../src/ports/open-port.ts";
import { latin1 } from "../../src/wire/bytes.ts";
import { padPort } from "../support/kept-pad.ts";
import { silentLog } from "../support/silent-log.ts";
import { visaPort } from "../support/visa-driver.ts";

/** What one run of the integrator's tool is told: as JSON on stdin, since it has passphrases. */
const injectJobSchema = z.strictObject({
	directory: z.string(),
	manifest: z.string(),
	people: z.array(z.strictObject({ name: z.string(), passphrase: z.string() })),
	pads: z.array(z.strictObject({ serial: z.string(), family: z.enum(["kmy", "visa"]), path: z.string() })),
	/** Pads on the desk at the same time. */
	lines: z.int().min(1),
});

type Pad = z.infer<typeof injectJobSchema>["pads"][number];

const job = injectJobSchema.parse(JSON.parse(await text(process.stdin)));
const signal = new AbortController().signal;

function connect({ family, path }: Pad): Promise<ConnectedPad> {
	const desk = { openPort, clock: systemClock, log: silentLog, signal };
	if (family === "kmy") {
		return connectPad({ ...desk, driver: kmy350xDriver, port: padPort(path), options: {} });
	}
	const options = { dialect: "uic", experimental: true };
	return connectPad({ ...desk, driver: visa1000seDriver, port: visaPort(path), options });
}

async function inject(batch: InjectionBatch, pad: Pad): Promise<void> {
	const connected = await connect(pad);
	try {
		await batch.inject(connected.pad);
	} finally {
		await connected.close();
	}
}

await atKeyDesk(job.directory, systemClock, async ({ vault, record }) => {
	const closed = vault("test");
	const shares = job.people.map(({ name, passphrase }) => closed.authenticate(name, latin1(passphrase)));
	const store = closed.unlock(shares);
	const batch = new InjectionBatch({
		manifest: parseManifest("csv", readFileSync(job.manifest, "utf8")),
		store,
		record,
		people: job.people.map(({ name }) => name),
		signal,
		onProgress: ({ serial, place, step, fault }) => console.log(serial, place, step, fault?.code ?? ""),
	});
	const open = batch.openPads.values();
	await Promise.all(
		Array.from({ length: job.lines }, async () => {
			for (const serial of open) {
				const pad = job.pads.find((candidate) => candidate.serial === serial);
				if (pad !== undefined) {
					await inject(batch, pad).catch((error: unknown) => console.log(serial, String(error)));
				}
			}
		}),
	);
	const accounts = batch.finish();
	store.close();
	process.exitCode = accounts.every(({ state }) => state === "complete") ? 0 : 3;
});
