import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { startOwnProcess } from "../../src/cli/demo/own-process.ts";
import { readTrace } from "../../src/diagnostics/trace-file.ts";
import { Shop } from "../support/shop.ts";
import { until } from "../support/until.ts";

test("trace record writes a file that can be read, and switches the trace off when it is stopped", async () => {
	const shop = await Shop.open();
	const words = ["trace", "record", "--device", "pinpad1", "--minutes", "5"];
	const command = startOwnProcess(["--config", shop.counter.configPath, ...words], {});
	const written = text(command.stdout);
	const look = async () => (await shop.api.get("/v1/devices/pinpad1/trace")).body;
	await until("the trace", look, (trace) => trace.until !== null);
	await shop.sell();
	await command.stop();
	const { header, entries } = readTrace(await written);
	expect(header).toMatchObject({ line: "pinpad1", dialect: "kmy350x" });
	expect(entries.map(({ says }) => says)).toContain("read PIN block");
	expect(entries.map(({ number }) => number)).toEqual(entries.map((_, index) => index + 1));
	expect((await look()).until).toBeNull();
	expect(await command.ended).toBe(0);
	await shop.close();
}, 60_000);
