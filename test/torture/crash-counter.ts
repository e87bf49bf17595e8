import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiClient } from "../../src/cli/api-client.ts";
import { type LaunchedDaemon, launchDaemon, untilReady } from "../../src/cli/demo/daemon-process.ts";
import { startVirtualCounter, type VirtualCounter } from "../../src/cli/demo/virtual-counter.ts";
import { type CutLines, cutLines } from "./cut-lines.ts";
import { FrameWatch, type Seen } from "./frame-watch.ts";
import { type Commit, commitSchema, type Orders, type Point } from "./point.ts";

const preloaded = new URL("die-at-commit.ts", import.meta.url);
/** The shortest that the configuration takes. */
const answerMs = 1_000;

/** A virtual counter whose daemon can be killed at any point, and launched again on the same data. */
export class CrashCounter {
	readonly directory: string;
	readonly virtual: VirtualCounter;
	readonly #lines: CutLines;
	readonly #watch: FrameWatch;
	#daemon: LaunchedDaemon | undefined;
	#api: ApiClient | undefined;
	#orders: Orders = { run: 0 };

	private constructor(directory: string, parts: Parts) {
		this.directory = directory;
		this.virtual = parts.virtual;
		this.#lines = parts.lines;
		this.#watch = parts.watch;
		parts.watch.onKill = () => void this.#daemon?.kill();
	}

	static async open(directory: string): Promise<CrashCounter> {
		const watch = new FrameWatch();
		const lines = Promise.withResolvers<CutLines>();
		const virtual = await startVirtualCounter({
			directory,
			apiPort: 0,
			answerMs,
			reversalBackoffMs: [0, 100, 200, 400],
			keyDelayMs: 0,
			async reroute(direct) {
				const cut = await cutLines(direct, watch);
				lines.resolve(cut);
				return cut.addresses;
			},
		});
		return new CrashCounter(directory, { virtual, lines: await lines.promise, watch });
	}

	/** Frames and commits are counted from now on; the daemon dies at the point. */
	setPoint(point: Point | undefined): void {
		const run = this.#orders.run + 1;
		this.#orders = point?.line === "journal" ? { run, dieAt: point } : { run };
		const whole = `${this.#ordersFile}.new`;
		writeFileSync(whole, JSON.stringify(this.#orders));
		renameSync(whole, this.#ordersFile);
		this.#watch.set(point === undefined || point.line === "journal" ? undefined : point);
	}

	/** Of the daemon launched last. */
	get api(): ApiClient {
		if (this.#api === undefined) {
			throw new Error("no daemon was launched");
		}
		return this.#api;
	}

	/** Resolves when the daemon has announced itself; rejects when it dies before. */
	async launch(): Promise<void> {
		this.#watch.revive();
		this.#daemon = launchDaemon(this.virtual, {
			NODE_OPTIONS: `--import=${preloaded.href}`,
			CRASH_ORDERS: this.#ordersFile,
			CRASH_COMMITS: this.#commitsFile,
		});
		void this.#daemon.ended.then(() => this.#watch.bury());
		const { api } = await this.#daemon.started;
		this.#api = api;
	}

	/** A daemon that remembers nothing but what is on disk. */
	async relaunch(): Promise<void> {
		await this.#daemon?.kill();
		await this.launch();
		await untilReady(this.api);
	}

	/** Resolves when the daemon was killed; rejects when it ended by itself. */
	async killed(): Promise<void> {
		const how = await this.#daemon?.ended;
		if (how !== "SIGKILL") {
			throw new Error(`the daemon ended by itself: ${how}`);
		}
	}

	/** Frames since the point was set. */
	get frames(): readonly Seen[] {
		return this.#watch.seen;
	}

	/** Commits since the point was set. */
	get commits(): readonly Commit[] {
		const text = existsSync(this.#commitsFile) ? readFileSync(this.#commitsFile, "utf8") : "";
		return text
			.split("\n")
			.filter((line) => line !== "")
			.map((line) => commitSchema.parse(JSON.parse(line)))
			.filter(({ run }) => run === this.#orders.run);
	}

	async close(): Promise<void> {
		await this.#daemon?.kill();
		await this.#lines.close();
		await this.virtual.close();
	}

	get #ordersFile(): string {
		return join(this.directory, "crash-orders.json");
	}

	get #commitsFile(): string {
		return join(this.directory, "crash-commits.jsonl");
	}
}

interface Parts {
	readonly virtual: VirtualCounter;
	readonly lines: CutLines;
	readonly watch: FrameWatch;
}
