import { afterEach, describe, expect, test, vi } from "vitest";
import type { TransactionDocument } from "../../src/api/transaction-document.ts";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { findLocalAccess } from "../../src/daemon/local-access.ts";
import { type CommandEnd, runCommand } from "../support/run-command.ts";
import { runInside } from "../support/run-inside.ts";
import { useShop } from "../support/use-shop.ts";

const track2 = "6222020123456789=30122010000000000";

/** A reversal is tried once, then only when somebody asks for it. */
const shop = useShop({
	configure({ acquirers: { bank } }) {
		bank.timers.reversalBackoffMs = [0, 60_000];
	},
});

/** A command that reads its card from a pipe. */
function sale(words: readonly string[], card: string): Promise<CommandEnd> {
	return runCommand(["--config", shop().counter.configPath, ...words], { input: card });
}

function ask(...words: readonly string[]): Promise<CommandEnd> {
	return runInside(["--config", shop().counter.configPath, ...words]);
}

async function askJson(
	...words: readonly string[]
): Promise<{ readonly exitCode: number | null; readonly document: ReturnType<typeof JSON.parse> }> {
	const { exitCode, stdout, stderr } = await ask("--json", ...words);
	return { exitCode, document: JSON.parse(stdout === "" ? stderr : stdout) };
}

async function personTypes(pin: string, ending = "enter"): Promise<void> {
	await shop().counter.pad.set({ persons: [{ pin, delayPerKeyMs: 0, ending }] });
}

afterEach(() => personTypes("123456"));

describe("sale", () => {
	test("from a pipe is approved, says so, and tells how to go on when it is cut short", async () => {
		const end = await sale(["sale", "21.01", "--reference", "A1"], `${track2}\n`);
		expect(end.exitCode).toBe(exitCodes.done);
		expect(end.stdout).toMatch(/^APPROVED {2}CNY 21\.01 {2}622202\*{6}6789\n/);
		expect(end.stdout).toContain("money moved: yes");
		expect(end.stderr).toMatch(/^Idempotency-Key (cli_\w+): use --key \1 /);
		await shop().settled(/txn_\w+/.exec(end.stdout)?.[0] ?? "");
	});

	test("with a keyed card and without PIN gives one JSON document", async () => {
		const end = await sale(["--json", "sale", "21.02", "--reference", "A2", "--no-pin"], "6222020123456789 3012\n");
		expect(end.exitCode).toBe(exitCodes.done);
		const document = JSON.parse(end.stdout) as TransactionDocument;
		expect(document).toMatchObject({
			outcome: "approved",
			amount: 2102,
			pin: "not_required",
			card: { entry: "manual" },
		});
		await shop().settled(document.id);
	});

	test("again under the same key is the same sale", async () => {
		const words = ["--json", "sale", "21.03", "--reference", "A3", "--key", "key-3"];
		const first = JSON.parse((await sale(words, track2)).stdout) as TransactionDocument;
		await shop().settled(first.id);
		const again = JSON.parse((await sale(words, track2)).stdout) as TransactionDocument;
		expect(again.id).toBe(first.id);
	});

	test("that is declined or cancelled has an exit code of its own", async () => {
		await personTypes("654321");
		const declined = await sale(["sale", "21.04", "--reference", "A4"], track2);
		expect(declined.exitCode).toBe(exitCodes.declined);
		expect(declined.stdout).toMatch(/^DECLINED .*\n(.*\n)*.*host: 55 /);
		await personTypes("", "cancel");
		const cancelled = await sale(["sale", "21.05", "--reference", "A5"], track2);
		expect(cancelled.exitCode).toBe(exitCodes.declined);
		expect(cancelled.stdout).toContain("safe to sell again");
	});

	test("whose money is in doubt has an exit code of its own", async () => {
		await shop().setHostFaults(
			{ name: "close_after", mti: "0200" },
			{ name: "refuse", mti: "0400", count: "always", value: "96" },
		);
		const end = await sale(["sale", "21.06", "--reference", "A6"], track2);
		expect(end.exitCode).toBe(exitCodes.unknown);
		const id = /txn_\w+/.exec(end.stdout)?.[0] ?? "";
		const owed = await ask("reversals");
		expect(owed).toMatchObject({ exitCode: exitCodes.done, stdout: expect.stringContaining(id) });
		expect((await ask("reversals", "retry", id)).exitCode).toBe(exitCodes.unknown);
		await shop().setHostFaults();
		expect(await askJson("reversals", "retry", id)).toMatchObject({
			exitCode: exitCodes.done,
			document: { reversal: { state: "reversed" } },
		});
		expect(await ask("reversals")).toMatchObject({ stdout: "No reversal is owed.\n" });
	});

	test.each([
		["an amount that is none", ["12,5,0"], "request_invalid"],
		["a lane that is none", ["1", "--lane", "lane9"], "lane_unknown"],
	])("with %s does not even ask for a card", async (_, words, code) => {
		expect(await askJson("sale", ...words)).toMatchObject({ exitCode: exitCodes.failed, document: { code } });
	});

	test.each([
		["a card that is none", "hello 3012\n", "card_invalid"],
		["no card at all", "", "cancelled"],
	])("with %s fails before anything has happened", async (_, card, code) => {
		const end = await sale(["--json", "sale", "1"], card);
		expect(end).toMatchObject({ exitCode: exitCodes.failed, stdout: "" });
		expect(JSON.parse(end.stderr)).toMatchObject({ code });
	});
});

describe("looking", () => {
	test("at transactions, all, few and one", async () => {
		const sold = await shop().sell();
		const list = await ask("transactions", "--limit", "1");
		expect(list.exitCode).toBe(exitCodes.done);
		expect(list.stdout.split("\n")).toHaveLength(3);
		expect(list.stdout).toContain(sold.id);
		const { document } = await askJson("transactions", "list", "--reference", sold.reference);
		expect(document.transactions.map(({ id }: TransactionDocument) => id)).toEqual([sold.id]);
		const one = await ask("transactions", "show", sold.id);
		expect(one.stdout).toMatch(/accepted[\s\S]*prepared[\s\S]*approved[\s\S]*slip_printed/);
		expect((await askJson("transactions", "show", sold.id)).document).toMatchObject({ transaction: { id: sold.id } });
		expect(await askJson("transactions", "--unknown")).toMatchObject({ document: { transactions: [] } });
		expect(await askJson("transactions", "show", "txn_nobody")).toMatchObject({
			exitCode: exitCodes.failed,
			document: { code: "transaction_unknown" },
		});
	});

	test("at devices, as they are and as they answer", async () => {
		expect(await ask("devices")).toMatchObject({
			exitCode: exitCodes.done,
			stdout: expect.stringMatching(/pinpad1 +enabled +KMY/),
		});
		expect(await ask("devices", "test", "printer1")).toMatchObject({
			exitCode: exitCodes.done,
			stdout: expect.stringContaining("passed"),
		});
		await shop().counter.pad.act("unplug");
		await shop().deviceWhen("pinpad1", ({ state }) => state === "offline");
		const { exitCode, document } = await askJson("devices");
		expect(exitCode).toBe(exitCodes.failed);
		expect(document.devices).toContainEqual(expect.objectContaining({ id: "pinpad1", state: "offline" }));
		expect((await ask("devices", "test", "pinpad1")).exitCode).toBe(exitCodes.failed);
		await shop().counter.pad.act("plug");
		await shop().laneReady();
		expect(await askJson("devices", "test", "drawer")).toMatchObject({
			exitCode: exitCodes.failed,
			document: { code: "E_NOEXIST" },
		});
	});

	test("at nothing that is owed", async () => {
		expect(await askJson("reversals", "release", "txn_nobody", "--note", "none")).toMatchObject({
			exitCode: exitCodes.failed,
			document: { code: "transaction_unknown" },
		});
	});
});

describe("sign-in", () => {
	test("fetches keys and shows their check values", async () => {
		const end = await ask("sign-in");
		expect(end.exitCode).toBe(exitCodes.done);
		expect(end.stdout).toMatch(/^lane1: signed in, batch \d{6}, check values TPK [\dA-F]{6}, TAK [\dA-F]{6}\n$/);
		expect(await askJson("sign-in", "lane1")).toMatchObject({
			document: { terminals: [{ lane: "lane1", signedIn: true }] },
		});
	});

	test("that is refused fails", async () => {
		await shop().setHostFaults({ name: "refuse", mti: "0800", value: "96" });
		expect(await ask("sign-in")).toMatchObject({
			exitCode: exitCodes.failed,
			stdout: expect.stringContaining("sign_in_failed"),
		});
		expect((await ask("sign-in")).exitCode).toBe(exitCodes.done);
	});
});

describe("a daemon elsewhere", () => {
	afterEach(() => vi.unstubAllEnvs());

	test("is asked with its address and a token", async () => {
		const { url, token } = findLocalAccess(shop().counter.dataDirectory);
		vi.stubEnv("TILLBRIDGE_TOKEN", token);
		expect(await runInside(["--url", url, "devices"])).toMatchObject({ exitCode: exitCodes.done });
		vi.stubEnv("TILLBRIDGE_TOKEN", "tbk_nobody");
		expect(await runInside(["--url", url, "devices"])).toMatchObject({
			exitCode: exitCodes.failed,
			stderr: expect.stringContaining("unauthorized"),
		});
	});

	test("is not asked without a token", async () => {
		vi.stubEnv("TILLBRIDGE_TOKEN", undefined);
		const end = await runInside(["--url", "http://127.0.0.1:9", "devices"]);
		expect(end).toMatchObject({ exitCode: exitCodes.failed, stderr: expect.stringContaining("TILLBRIDGE_TOKEN") });
	});

	test("that is not there has an exit code of its own", async () => {
		vi.stubEnv("TILLBRIDGE_TOKEN", "tbk_any");
		const end = await runInside(["--url", "http://127.0.0.1:9", "devices"]);
		expect(end).toMatchObject({
			exitCode: exitCodes.unreachable,
			stderr: expect.stringContaining("daemon_unreachable"),
		});
	});
});
