import { appendFileSync, readFileSync } from "node:fs";
import { DatabaseSync, StatementSync } from "node:sqlite";
import type { Commit, Orders } from "./point.ts";

/**
 * Preloaded into the daemon's process and its threads: kills the process at a commit of the journal, as ordered by a file.
 * Nothing in the daemon knows of it.
 */
const ordersFile = process.env["CRASH_ORDERS"] ?? "";
const commitsFile = process.env["CRASH_COMMITS"] ?? "";

const slowDiskMs = 20;

let orders: Orders = { run: 0 };
let seen = new Map<string, number>();
let events: string[] = [];

around(DatabaseSync.prototype, "exec", ([sql], commit) => {
	if (String(sql).startsWith("BEGIN")) {
		events = [];
	}
	if (String(sql).includes("CREATE TABLE events")) {
		events.push("schema");
	}
	if (sql !== "COMMIT" || events.length === 0) {
		return commit();
	}
	readOrders();
	const isPoint = countEvents();
	dieIf(isPoint, "before");
	commit();
	appendFileSync(commitsFile, `${JSON.stringify({ run: orders.run, events } satisfies Commit)}\n`);
	return dieIf(isPoint, "after");
});

around(StatementSync.prototype, "run", (values, run, statement) => {
	if (statement.sourceSQL.startsWith("INSERT INTO events")) {
		events.push(typeOf(values));
	}
	return run();
});

/** Puts something around a method; `run` does what the method did before. */
function around<T extends object>(
	prototype: T,
	method: keyof T & string,
	wrapped: (values: readonly unknown[], run: () => unknown, self: T) => unknown,
): void {
	const original = Reflect.get(prototype, method) as (...values: readonly unknown[]) => unknown;
	Reflect.set(prototype, method, function (this: T, ...values: readonly unknown[]) {
		return wrapped(values, () => Reflect.apply(original, this, values), this);
	});
}

/** The body is the fourth value: JSON text with the type of the event. */
function typeOf(values: readonly unknown[]): string {
	const { type } = JSON.parse(String(values[3])) as { type: string };
	return type;
}

function readOrders(): void {
	const next = JSON.parse(readFileSync(ordersFile, "utf8")) as Orders;
	if (next.run !== orders.run) {
		seen = new Map();
	}
	orders = next;
}

/** Counts the events of this commit; true when the one to die at is among them. */
function countEvents(): boolean {
	let found = false;
	for (const event of events) {
		const nth = (seen.get(event) ?? 0) + 1;
		seen.set(event, nth);
		found ||= orders.dieAt?.line === "journal" && orders.dieAt.event === event && orders.dieAt.nth === nth;
	}
	return found;
}

function dieIf(isPoint: boolean, when: "before" | "after"): void {
	if (isPoint && orders.dieAt?.when === when) {
		// A slow disk: whatever does not wait for it gets out before the end.
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slowDiskMs);
		process.kill(process.pid, "SIGKILL");
	}
}
