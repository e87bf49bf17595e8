import { expect, test } from "vitest";
import { programName } from "../../src/ports/port-holder.ts";

test.each([
	{ words: ["/usr/bin/minicom", "-D", "/dev/ttyUSB0"], shown: "minicom" },
	{ words: ["/usr/bin/node", "--import", "/srv/tillbridge/main.js", "start"], shown: "node main.js" },
	{ words: ["python3", "/opt/pos/till.py", "--pin", "1234"], shown: "python3 till.py" },
	{ words: ["/sbin/agetty", "ttyS0"], shown: "agetty" },
	{ words: [], shown: "unknown" },
])("$words is shown as $shown", ({ words, shown }) => {
	expect(programName(words.map((word) => `${word}\0`).join(""))).toBe(shown);
});
