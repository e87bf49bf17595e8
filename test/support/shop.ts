import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { TransactionDocument } from "../../src/api/transaction-document.ts";
import { type DaemonProcess, launchDaemon, startDaemonProcess } from "../../src/cli/demo/daemon-process.ts";
import {
	type CounterOptions,
	startVirtualCounter,
	testTrack2,
	type VirtualCounter,
} from "../../src/cli/demo/virtual-counter.ts";
import { findLocalAccess } from "../../src/daemon/local-access.ts";
import { type Answer, type Client, client } from "../api/client.ts";
import type { AcquirerState } from "./start-acquirer.ts";
import type { KmyPadState } from "./start-kmy-pad.ts";
import type { PrinterState } from "./start-printer.ts";
import { until } from "./until.ts";

interface BankDraft {
	connection?: "per_exchange" | "kept_open";
	hosts: { tcp: string }[];
	readonly timers: { reversalBackoffMs: number[] };
}

/** The configuration of the counter, as far as tests change it. */
export interface ConfigDraft {
	dataDirectory: string;
	readonly listen: { port: number };
	readonly log: { format: "people" | "json"; level: "debug" | "info" | "warn" | "error" };
	readonly devices: Readonly<Record<"pinpad1" | "printer1", { port: object; options?: object }>>;
	readonly acquirers: { readonly bank: BankDraft };
	readonly lanes: { readonly lane1: { keys?: object; pin?: object } };
}

export interface ShopOptions {
	/** Changes the configuration before the daemon reads it. */
	readonly configure?: (config: ConfigDraft) => void;
	readonly reroute?: NonNullable<CounterOptions["reroute"]>;
}

/** What of a sale is not as usual: the amount, the card, the PIN. */
export type SaleWish = Readonly<Record<string, unknown>>;

/** Short enough for a test that waits in vain, long enough for two busy cores; the least the configuration allows. */
const answerMs = 1_000;

let sales = 0;

/** A virtual counter and the daemon at it, each part a process of its own on a real line. */
export class Shop {
	readonly directory: string;
	readonly counter: VirtualCounter;
	#daemon: DaemonProcess | undefined;

	private constructor(directory: string, counter: VirtualCounter) {
		this.directory = directory;
		this.counter = counter;
	}

	/** Opens the shop: everything is up and the lane is ready. */
	static async open({ configure, reroute }: ShopOptions = {}): Promise<Shop> {
		const directory = mkdtempSync(join(tmpdir(), "tillbridge-shop-"));
		const counter = await startVirtualCounter({
			directory,
			apiPort: 0,
			answerMs,
			reversalBackoffMs: [0, 50, 100],
			keyDelayMs: 0,
			...(reroute === undefined ? {} : { reroute }),
		});
		const shop = new Shop(directory, counter);
		if (configure !== undefined) {
			shop.configure(configure);
		}
		await shop.startDaemon();
		return shop;
	}

	/** The file is read at the next start of a daemon. */
	configure(change: (config: ConfigDraft) => void): void {
		const config = parse(readFileSync(this.counter.configPath, "utf8")) as ConfigDraft;
		change(config);
		writeFileSync(this.counter.configPath, stringify(config));
	}

	/** Starts the daemon and waits until the lane is ready. */
	async startDaemon(): Promise<void> {
		this.#daemon = await startDaemonProcess(this.counter);
	}

	/** Starts the daemon and waits only until it has announced itself. */
	async startIllDaemon(): Promise<void> {
		this.#daemon = await launchDaemon(this.counter, {}).started;
	}

	async stopDaemon(): Promise<void> {
		await this.#daemon?.stop();
		this.#daemon = undefined;
	}

	async killDaemon(): Promise<void> {
		await this.#daemon?.kill();
		this.#daemon = undefined;
	}

	async close(): Promise<void> {
		await this.stopDaemon();
		await this.counter.close();
		rmSync(this.directory, { recursive: true, force: true });
	}

	get api(): Client {
		const { url, token } = findLocalAccess(this.counter.dataDirectory);
		return client(url, token);
	}

	/** Asks for a sale; gives the raw answer. Each has an amount and a reference of its own. */
	ask(wish: SaleWish = {}): Promise<Answer> {
		sales += 1;
		const reference = `S${sales}`;
		const order = {
			type: "sale",
			lane: "lane1",
			amount: 10_000 + sales,
			currency: "CNY",
			reference,
			card: { entry: "magnetic", track2: testTrack2 },
			pin: "ask",
			...wish,
		};
		return this.api.post("/v1/transactions", order, { "idempotency-key": reference });
	}

	/** Begins a sale that must be accepted. */
	async begin(wish: SaleWish = {}): Promise<TransactionDocument> {
		const { status, body } = await this.ask(wish);
		if (status !== 202 && status !== 201) {
			throw new Error(`the sale was not accepted: ${JSON.stringify(body)}`);
		}
		return body as TransactionDocument;
	}

	/** Sells, and waits until nothing moves any more. */
	async sell(wish: SaleWish = {}): Promise<TransactionDocument> {
		return this.settled((await this.begin(wish)).id);
	}

	async transaction(id: string): Promise<TransactionDocument> {
		return (await this.api.get(`/v1/transactions/${id}`)).body as TransactionDocument;
	}

	/** The transaction once it is finished, its reversal not owed any more and its slips out. */
	settled(id: string): Promise<TransactionDocument> {
		return this.transactionWhen(
			id,
			({ state, reversal, slips }) =>
				state === "finished" && reversal?.state !== "owed" && slips.every((slip) => slip.state !== "queued"),
		);
	}

	transactionWhen(id: string, isReached: (now: TransactionDocument) => boolean): Promise<TransactionDocument> {
		return until(`transaction ${id}`, () => this.transaction(id), isReached);
	}

	/** The names of what happened, oldest first. */
	async eventsOf(id: string): Promise<readonly string[]> {
		const { events } = (await this.api.get(`/v1/transactions/${id}/timeline`)).body as { events: { type: string }[] };
		return events.map(({ type }) => type);
	}

	eventsWhen(id: string, event: string): Promise<readonly string[]> {
		return until(
			`event ${event}`,
			() => this.eventsOf(id),
			(events) => events.includes(event),
		);
	}

	/** The device as the API shows it, once it is as wanted. */
	deviceWhen(id: string, isReached: (device: DeviceLook) => boolean): Promise<DeviceLook> {
		return until(`device ${id}`, async () => (await this.api.get(`/v1/devices/${id}`)).body as DeviceLook, isReached);
	}

	async laneReady(): Promise<void> {
		const look = async (): Promise<{ ready: boolean }> =>
			(await this.api.get("/v1/lanes/lane1/readiness")).body as { ready: boolean };
		await until("the lane", look, ({ ready }) => ready);
	}

	async acquirer(): Promise<AcquirerState> {
		return (await this.counter.acquirer.get()) as AcquirerState;
	}

	async printer(): Promise<PrinterState> {
		return (await this.counter.printer.get()) as PrinterState;
	}

	async pad(): Promise<KmyPadState> {
		return (await this.counter.pad.get()) as KmyPadState;
	}

	/** The acquirer's entry of a sale; undefined when it never heard of it. */
	async bookedAs({ amount }: Pick<TransactionDocument, "amount">): Promise<string | undefined> {
		return (await this.acquirer()).ledger.find((entry) => entry.amount === amount)?.state;
	}

	/** What the daemon has logged so far. */
	log(): string {
		return readFileSync(join(this.directory, "daemon.log"), "utf8");
	}

	setHostFaults(...faults: readonly object[]): Promise<void> {
		return this.counter.acquirer.set({ faults });
	}

	setPadFaults(...faults: readonly object[]): Promise<void> {
		return this.counter.pad.set({ faults });
	}
}

/** The part of a device's document that tests look at. */
export interface DeviceLook {
	readonly state: "closed" | "opening" | "enabled" | "offline";
	readonly cause: { readonly code: string; readonly holder: { readonly pid: number } | null } | null;
	readonly health: Readonly<Record<string, unknown>> | null;
}
