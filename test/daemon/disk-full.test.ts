import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { until } from "../support/until.ts";
import { useShop } from "../support/use-shop.ts";

const shop = useShop();

/**
 * The disk under a running daemon, as far as the journal can tell: its files may not grow beyond what they have
 * (RLIMIT_FSIZE), so every write of a new page fails.
 */
function setDiskFull(full: boolean): void {
	const { dataDirectory } = shop().counter;
	const pid = readFileSync(join(dataDirectory, "journal.pid"), "utf8").trim();
	const limit = full ? String(statSync(join(dataDirectory, "journal.db-wal")).size) : "unlimited";
	execFileSync("prlimit", ["--pid", pid, `--fsize=${limit}:unlimited`]);
}

/** How often the pad was asked for a MAC. */
async function macsAsked(): Promise<number> {
	const { counts } = z.object({ counts: z.record(z.string(), z.int()) }).parse(await shop().counter.pad.get());
	return counts["41"] ?? 0;
}

beforeAll(async () => {
	await shop().sell();
});

afterEach(() => setDiskFull(false));

test("a sale is refused before it begins, and taken when there is space again", async () => {
	setDiskFull(true);
	const refused = await shop().ask({ reference: "full" });
	expect(refused.status).toBe(507);
	expect(refused.body).toMatchObject({ code: "journal_unwritable", moneyMoved: "no", retryable: true });
	expect((await shop().acquirer()).counts["0200"]).toBe(1);
	setDiskFull(false);
	expect(await shop().sell({ reference: "full" })).toMatchObject({ outcome: "approved" });
});

test("a sale whose request cannot be written down is not sent", async () => {
	const before = (await shop().acquirer()).counts["0200"];
	await shop().setPadFaults({ name: "slow", command: "41", value: "1500" });
	const macs = await macsAsked();
	const { id } = await shop().begin();
	await until("the MAC of the request", macsAsked, (count) => count > macs);
	setDiskFull(true);
	await until(
		"the log",
		() => shop().log(),
		(log) => log.includes(`"transaction":"${id}","code":"journal_unwritable"`),
	);
	setDiskFull(false);
	const sale = await shop().settled(id);
	expect(sale).toMatchObject({ outcome: "failed", moneyMoved: "no", fault: { code: "journal_unwritable" } });
	expect((await shop().acquirer()).counts["0200"]).toBe(before);
});

test("an approval that cannot be written down is kept until it can", async () => {
	await shop().setHostFaults({ name: "delay", mti: "0200", value: "300" });
	const { id } = await shop().begin();
	await shop().eventsWhen(id, "reversal_signed");
	setDiskFull(true);
	await until(
		"the log",
		() => shop().log(),
		(log) => log.includes(`"transaction":"${id}","code":"journal_unwritable"`),
	);
	expect(await shop().transaction(id)).toMatchObject({ outcome: "unknown", moneyMoved: "unknown" });
	setDiskFull(false);
	expect(await shop().settled(id)).toMatchObject({ outcome: "approved", moneyMoved: "yes" });
});

test("a daemon that dies with an approval it could not write down gives the money back", async () => {
	await shop().setHostFaults({ name: "delay", mti: "0200", value: "300" });
	const { id } = await shop().begin();
	await shop().eventsWhen(id, "reversal_signed");
	setDiskFull(true);
	await until(
		"the log",
		() => shop().log(),
		(log) => log.includes(`"transaction":"${id}","code":"journal_unwritable"`),
	);
	await shop().killDaemon();
	await shop().startDaemon();
	expect(await shop().settled(id)).toMatchObject({
		outcome: "failed",
		moneyMoved: "no",
		fault: { code: "interrupted" },
	});
});

test("a reversal that cannot be written down is still owed, and goes out when there is space", async () => {
	await shop().setHostFaults(
		{ name: "close_after", mti: "0200" },
		{ name: "refuse", mti: "0400", count: "always", value: "96" },
	);
	const { id } = await shop().begin();
	await shop().transactionWhen(id, ({ reversal }) => reversal?.lastFailure != null);
	setDiskFull(true);
	await until(
		"the log",
		() => shop().log(),
		(log) => log.includes('"message":"a reversal is still owed","lane":"lane1","code":"journal_unwritable"'),
	);
	await shop().setHostFaults();
	setDiskFull(false);
	expect(await shop().settled(id)).toMatchObject({ moneyMoved: "no", reversal: { state: "reversed" } });
});
