import { openJournal } from "../../src/journal/open-journal.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { silentLog } from "../support/silent-log.ts";

// Writes without end and tells each acknowledged number on stdout, until it is killed.
const journal = await openJournal({ directory: process.argv[2] ?? "", clock: systemClock, log: silentLog });
for (let number = 0; ; number++) {
	await journal.write({ stream: `s${number % 7}`, events: [{ type: `n${number}`, at: 0 }], open: { kind: "daemon" } });
	process.stdout.write(`${number}\n`);
}
