import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { type ControlClient, openControlClient } from "../../simulators/control-client.ts";
import { firstLine, startOwnProcess } from "./own-process.ts";

const announcement = z.object({ address: z.string(), controlPort: z.int() });

interface Counterpart extends z.output<typeof announcement> {
	readonly control: ControlClient;
	stop(): Promise<void>;
}

/** A serial port's path, or host:port. */
export type CounterAddresses = Readonly<Record<"pad" | "printer" | "acquirer", string>>;

/** Pad, printer and acquirer, each a process of its own on a real port, and a configuration that names them. */
export interface VirtualCounter {
	readonly configPath: string;
	readonly dataDirectory: string;
	readonly pad: ControlClient;
	readonly printer: ControlClient;
	readonly acquirer: ControlClient;
	readonly addresses: CounterAddresses;
	readonly controlPorts: Readonly<Record<"pad" | "printer" | "acquirer", number>>;
	close(): Promise<void>;
}

/** The master key that pad and acquirer share: a test key, as everything here. */
const testMasterKey = "258FB0AB70D025CDB99DF2C4D302D646";
/** The card that the virtual issuer knows; its PIN is 123456. */
export const testTrack2 = "6222020123456789=30122010000000000";

export interface CounterOptions {
	readonly directory: string;
	/** 0 picks a free port. */
	readonly apiPort: number;
	/** How long the daemon waits for the acquirer. */
	readonly answerMs: number;
	readonly reversalBackoffMs: readonly number[];
	/** How long the person at the pad takes for a key. */
	readonly keyDelayMs: number;
	/** Bytes to and from the pad take the time of a serial line at this rate; none when left out. */
	readonly padBaudRate?: number;
	/** Puts something into the lines: the daemon is told the addresses that come back. */
	readonly reroute?: (direct: CounterAddresses) => Promise<CounterAddresses>;
}

export async function startVirtualCounter(options: CounterOptions): Promise<VirtualCounter> {
	const { directory, keyDelayMs, padBaudRate, reroute } = options;
	const [pad, printer, acquirer] = await Promise.all([
		startCounterpart("pinpad", {
			link: join(directory, "pinpad"),
			masterKeys: [{ slot: 0, key: testMasterKey }],
			persons: [{ pin: "123456", delayPerKeyMs: keyDelayMs }],
			baudRate: padBaudRate,
		}),
		startCounterpart("printer", { line: { kind: "pty", link: join(directory, "printer") } }),
		startCounterpart("acquirer", { ledgerFile: join(directory, "acquirer-ledger.jsonl") }),
	]);
	const configPath = join(directory, "tillbridge.yaml");
	const direct = { pad: pad.address, printer: printer.address, acquirer: acquirer.address };
	const addresses = reroute === undefined ? direct : await reroute(direct);
	writeFileSync(configPath, stringify(configuration(addresses, options)));
	return {
		configPath,
		dataDirectory: join(directory, "data"),
		pad: pad.control,
		printer: printer.control,
		acquirer: acquirer.control,
		addresses,
		controlPorts: { pad: pad.controlPort, printer: printer.controlPort, acquirer: acquirer.controlPort },
		async close() {
			await Promise.all([pad.stop(), printer.stop(), acquirer.stop()]);
		},
	};
}

async function startCounterpart(kind: "pinpad" | "printer" | "acquirer", options: unknown): Promise<Counterpart> {
	const own = startOwnProcess(["simulate", kind, "--json", "--options", JSON.stringify(options)], {});
	own.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
	const found = await firstLine(`virtual ${kind}`, own.stdout, (line) => announcement.parse(JSON.parse(line)));
	const control = await openControlClient(found.controlPort);
	return {
		...found,
		control,
		async stop() {
			await control.close();
			await own.stop();
		},
	};
}

function configuration(
	addresses: CounterAddresses,
	{ apiPort, answerMs, reversalBackoffMs }: Pick<CounterOptions, "apiPort" | "answerMs" | "reversalBackoffMs">,
): unknown {
	return {
		dataDirectory: "./data",
		listen: { port: apiPort },
		log: { format: "json", level: "info" },
		devices: {
			pinpad1: { driver: "kmy350x", port: { serial: addresses.pad } },
			printer1: { driver: "escpos", port: { serial: addresses.printer } },
		},
		acquirers: {
			bank: {
				profile: "unionpay",
				hosts: [{ tcp: addresses.acquirer }],
				tpdu: "6000030000",
				header: "603100310000",
				timers: { connectMs: 2_000, answerMs, reversalAnswerMs: answerMs, reversalBackoffMs },
			},
		},
		lanes: {
			lane1: {
				pinPad: "pinpad1",
				printer: "printer1",
				acquirer: "bank",
				currency: "CNY",
				terminalId: "00000001",
				merchantId: "123456789012345",
				merchantName: "Corner Shop 街角小店",
				serialNumber: "TB000001",
				testMode: true,
			},
		},
	};
}
