import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { launchDaemon, untilReady } from "../../src/cli/demo/daemon-process.ts";
import { type CommandEnd, runCommand } from "../support/run-command.ts";
import { type AcquirerProcess, startAcquirer } from "../support/start-acquirer.ts";
import { type KmyPadProcess, startKmyPad } from "../support/start-kmy-pad.ts";
import { startVisaPad, type VisaPadUnderTest } from "../support/start-visa-pad.ts";

/** The master key that the virtual acquirer shares, and its two components. */
const masterKey = "258FB0AB70D025CDB99DF2C4D302D646";
const components = ["4B9C1FA7D3E85B6221F0C4975AE83D11", "6E13AF0CA3387EAF986D365389EAEB57"] as const;
const kcv = "D0E06F";
/** Of a second test key, for the second pad: no key goes into two. */
const other = { component: "4ABF5AC05A43968DDF2C7E0F2CBC0F01", kcv: "08D7B4" };
const alice = ["Alice", "horse battery staple one"] as const;
const bob = ["Bob", "correct forest river two"] as const;
const track2 = "6222020123456789=30122010000000000";

let host: AcquirerProcess;
let kmy: KmyPadProcess;
let visa: VisaPadUnderTest;
let directory: string;
let configPath: string;
const ends: CommandEnd[] = [];

beforeAll(async () => {
	[host, kmy, visa] = await Promise.all([
		startAcquirer(),
		startKmyPad({ serialNumber: "35010001", persons: [{ pin: "123456", delayPerKeyMs: 0 }] }),
		startVisaPad({ serialNumber: "24680001", dialect: "uic" }),
	]);
	directory = mkdtempSync(join(tmpdir(), "keys-"));
	configPath = join(directory, "tillbridge.yaml");
	writeFileSync(configPath, stringify(configuration()));
});

afterAll(async () => {
	await Promise.all([host.stop(), kmy.stop(), visa.stop()]);
	rmSync(directory, { recursive: true });
});

function configuration(): unknown {
	return {
		dataDirectory: "./data",
		listen: { port: 0 },
		log: { format: "json" },
		devices: {
			pinpad1: { driver: "kmy350x", port: { serial: kmy.path } },
			pinpad2: { driver: "visa1000se", port: { serial: visa.path }, options: { dialect: "uic", experimental: true } },
		},
		acquirers: { bank: { profile: "unionpay", hosts: [{ tcp: `127.0.0.1:${host.port}` }] } },
		lanes: {
			lane1: {
				pinPad: "pinpad1",
				acquirer: "bank",
				currency: "CNY",
				terminalId: "00000001",
				merchantId: "123456789012345",
				merchantName: "Corner Shop",
				serialNumber: "TB000001",
				testMode: true,
			},
		},
	};
}

/** Runs a command with what people type. */
async function tillbridge(words: readonly string[], ...typed: readonly string[]): Promise<CommandEnd> {
	const end = await runCommand(["--config", configPath, ...words], {
		input: typed.map((line) => `${line}\n`).join(""),
	});
	ends.push(end);
	return end;
}

function write(name: string, ...lines: readonly string[]): string {
	const path = join(directory, name);
	writeFileSync(path, `${lines.join("\n")}\n`);
	return path;
}

describe("from unboxed pads to a sale under injected keys", () => {
	test("two custodians make the vault, and a key out of two components", async () => {
		const [name, secret] = alice;
		const init = await tillbridge(["keys", "init", "--test-keys"], name, secret, secret, bob[0], bob[1], bob[1]);
		expect(init).toMatchObject({ exitCode: 0, stdout: "Vault for test keys: Alice (A), Bob (B).\n" });
		const order = ["keys", "ceremony", "bank-tmk", "--role", "TMK", "--kcv", kcv, "--test-keys"];
		const [first, second] = components;
		const made = await tillbridge(order, ...alice, first, "yes", ...bob, second, "yes", "yes");
		expect(made).toMatchObject({ exitCode: 0, stdout: `bank-tmk: TMK TDES2, check value ${kcv} (ecb-zeros)\n` });
	});

	test("the same custodians make a second one", async () => {
		const order = ["keys", "ceremony", "second-tmk", "--role", "TMK", "--kcv", other.kcv, "--test-keys"];
		const end = await tillbridge(order, ...alice, components[0], "yes", ...bob, other.component, "yes", "yes");
		expect(end.exitCode).toBe(0);
	});

	test("pads that are not in the inventory get nothing", async () => {
		const manifest = write("first.csv", "serial,slot,role,algorithm,from,kcv", `35010001,0,TMK,TDES2,bank-tmk,${kcv}`);
		const end = await tillbridge(["keys", "inject", manifest, "--device", "pinpad1", "--test-keys"], ...alice, ...bob);
		expect(end.exitCode).toBe(1);
		expect(end.stderr).toContain("pad_unknown");
		expect((await kmy.state()).keySlots.master).toEqual([]);
	});

	test("listed pads of both families get the key, proved; every pad of the list is accounted for", async () => {
		const list = write("pads.csv", "serial,model", "35010001,KMY3501", "24680001,UIC PP795");
		expect(await tillbridge(["keys", "inventory", "add", list, "--test-keys"], ...alice)).toMatchObject({
			exitCode: 0,
		});
		const manifest = write(
			"manifest.csv",
			"serial,slot,role,algorithm,from,kcv",
			`35010001,0,TMK,TDES2,bank-tmk,${kcv}`,
			`24680001,0,TMK,TDES2,second-tmk,${other.kcv}`,
		);
		const words = ["keys", "inject", manifest, "--device", "pinpad1", "pinpad2", "--test-keys"];
		const end = await tillbridge(words, ...alice, ...bob);
		expect(end.stdout).toBe("35010001: complete (TMK proved)\n24680001: complete (TMK proved)\n");
		expect(end.exitCode).toBe(0);
		expect((await kmy.state()).keySlots.master).toContain(0);
	});

	test("a later verification proves it again, and the record is whole", async () => {
		const verified = await tillbridge(["keys", "verify", "pinpad1", "--test-keys"], ...alice);
		expect(verified.exitCode).toBe(0);
		expect(verified.stdout).toContain("proved");
		expect((await tillbridge(["keys", "slots"])).stdout).toContain("D0E06F");
		const page = join(directory, "record.html");
		const log = await tillbridge(["keys", "log", "--verify", "--html", page]);
		expect(log).toMatchObject({ exitCode: 0 });
		const head = /head (\S+)/.exec(log.stdout)?.[1] ?? "";
		expect(readFileSync(page, "utf8")).toContain(head);
		expect(await tillbridge(["keys", "log", "--verify", "--head", head])).toMatchObject({ exitCode: 0 });
	});

	test("the daemon signs in and sells under the injected key", async () => {
		const daemon = launchDaemon({ configPath, dataDirectory: join(directory, "data") }, {});
		const running = await daemon.started;
		await untilReady(running.api);
		const sale = await tillbridge(["sale", "12.50"], track2);
		await running.stop();
		expect(sale).toMatchObject({ exitCode: 0 });
		expect(sale.stdout).toContain("APPROVED");
		expect((await host.state()).violations).toEqual([]);
	});

	test("nothing that was left behind holds a key, a component or a passphrase", () => {
		const secrets = [masterKey, ...components, other.component, alice[1], bob[1]];
		const files = readdirSync(directory, { recursive: true, encoding: "utf8" })
			.map((name) => join(directory, name))
			.filter((path) => statSync(path).isFile())
			.map((path) => readFileSync(path, "latin1"));
		const said = ends.flatMap(({ stdout, stderr }) => [stdout, stderr]);
		const forms = secrets.flatMap((secret) => [
			secret,
			secret.toLowerCase(),
			Buffer.from(secret, "hex").toString("latin1"),
		]);
		const found = forms.filter((form) => form.length > 7 && [...files, ...said].some((text) => text.includes(form)));
		expect(files.length).toBeGreaterThan(5);
		expect(found).toEqual([]);
	});
});
