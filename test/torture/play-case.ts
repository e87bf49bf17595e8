import type { z } from "zod";
import { signInDocument } from "../../src/api/acquirer-routes.ts";
import { timelineDocument } from "../../src/api/timeline-document.ts";
import { untilReady } from "../../src/cli/demo/daemon-process.ts";
import { acquirerState, printerState, settled } from "../../src/cli/demo/stage.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { withDeadline } from "../../src/kernel/deadline.ts";
import type { CrashCounter } from "./crash-counter.ts";
import type { Evidence } from "./judge.ts";
import type { Point } from "./point.ts";
import { pointsOf } from "./points-of.ts";
import type { Scenario } from "./scenarios.ts";
import { Till } from "./till.ts";

const playMs = 60_000;
/** Connections of a killed process break a little before its end is reported. */
const burialMs = 3_000;

/** One payment, and one place where the daemon dies in it; nowhere when `point` is undefined. */
export interface Case {
	readonly scenario: Scenario;
	readonly point: Point | undefined;
	/** Minor units; no other case at the same counter has it. */
	readonly amount: number;
	/** Idempotency-Key and reference. */
	readonly key: string;
}

/** What was seen of a case. */
export interface Played {
	readonly evidence: Evidence;
	readonly timeline: z.output<typeof timelineDocument>["events"];
	/** Whether the daemon was killed. */
	readonly died: boolean;
	/** Where it could have been. */
	readonly points: readonly Point[];
}

/** Plays a case to its end: the crash, the restart, the same request again and again, until nothing moves. */
export function playCase(counter: CrashCounter, one: Case): Promise<Played> {
	return withDeadline(systemClock, { name: one.key, ms: playMs }, () => play(counter, one));
}

async function play(counter: CrashCounter, { scenario, point, amount, key }: Case): Promise<Played> {
	const violationsBefore = (await acquirerBooks(counter)).violations.length;
	await prepare(counter, { pin: scenario.pin, faults: [] });
	const sale = new Till({ type: "sale", amount }, key);
	const till = scenario.interrupted === "void" ? await tillThatVoids(counter, sale, `undo-${key}`) : sale;
	await prepare(counter, scenario);
	if (scenario.diedAt !== undefined) {
		counter.setPoint(scenario.diedAt);
		await untilDead(counter, () => till.ask(counter.api));
	}
	counter.setPoint(point);
	const died = await untilDead(counter, () => undisturbed(counter, scenario, till));
	const points = pointsOf(counter.commits, counter.frames);
	counter.setPoint(undefined);
	if (died) {
		await counter.launch();
	}
	// What the daemon knows must be found at once, in the middle of recovery; a new one needs the pad.
	if (till.ids.length === 0) {
		await untilReady(counter.api);
	}
	await till.ask(counter.api);
	await untilReady(counter.api);
	const transaction = await till.ask(counter.api);
	const { ledger, violations } = await acquirerBooks(counter);
	const { slips } = printerState.parse(await counter.virtual.printer.get());
	const path = `/v1/transactions/${transaction.id}/timeline`;
	const { events } = await counter.api.call({ method: "GET", path, answer: timelineDocument });
	return {
		evidence: {
			transaction,
			sale: await settled(counter.api, sale.ids.at(-1) ?? transaction.id),
			ids: till.ids,
			ledger: ledger.filter((entry) => entry.amount === amount),
			slips: slips.map(({ text }) => text).filter((text) => text.includes(transaction.reference)),
			violations: violations.slice(violationsBefore).map(({ rule }) => rule),
		},
		timeline: events,
		died,
		points,
	};
}

/** A till that wants this sale undone, once it is made. */
async function tillThatVoids(counter: CrashCounter, sale: Till, key: string): Promise<Till> {
	const { id, outcome } = await sale.ask(counter.api);
	if (outcome !== "approved") {
		throw new Error(`the sale to be undone is ${outcome}`);
	}
	return new Till({ type: "void", transaction: id }, key);
}

async function prepare({ virtual }: CrashCounter, { faults, pin }: Pick<Scenario, "faults" | "pin">): Promise<void> {
	await virtual.acquirer.set({ faults });
	await virtual.pad.set({ persons: [{ pin, delayPerKeyMs: 0 }] });
	await virtual.printer.act("load_paper");
}

/** What the daemon does until somebody kills it. */
async function undisturbed(counter: CrashCounter, { interrupted }: Scenario, till: Till): Promise<void> {
	switch (interrupted) {
		case "sale":
		case "void":
			await till.ask(counter.api);
			break;
		case "sign_in":
			await counter.api.call({ method: "POST", path: "/v1/acquirers/bank/sign-in", answer: signInDocument });
			break;
		case "first_start":
			await counter.launch();
			break;
		case "start":
			await counter.launch();
			await till.ask(counter.api);
			break;
	}
	await untilReady(counter.api);
}

/** True when the daemon died during `work`, which may launch it first; false when nobody killed it. */
async function untilDead(counter: CrashCounter, work: () => Promise<unknown>): Promise<boolean> {
	const worked = work();
	const died = counter.killed().then(() => true);
	const ownEnd = worked.then(
		() => false,
		(error: unknown) =>
			withDeadline(systemClock, { name: "the end of the daemon", ms: burialMs }, () => died).catch(() => {
				throw error;
			}),
	);
	return Promise.race([died, ownEnd]);
}

async function acquirerBooks({ virtual }: CrashCounter): Promise<z.output<typeof acquirerState>> {
	return acquirerState.parse(await virtual.acquirer.get());
}
