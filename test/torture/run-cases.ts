import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { signInDocument } from "../../src/api/acquirer-routes.ts";
import { transactionDocument } from "../../src/api/transaction-document.ts";
import { untilReady } from "../../src/cli/demo/daemon-process.ts";
import { acquirerState } from "../../src/cli/demo/stage.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { CrashCounter } from "./crash-counter.ts";
import { disagreements, endingOf, moneyDisagreements } from "./judge.ts";
import { type Played, playCase } from "./play-case.ts";
import { type Point, pointName } from "./point.ts";
import type { Scenario } from "./scenarios.ts";

/** What is to be played; `point` is undefined for the undisturbed run. */
export interface Planned {
	readonly scenario: Scenario;
	readonly point: Point | undefined;
}

export interface Result extends Planned {
	readonly ending: string;
	/** Empty when all is well. */
	readonly complaints: readonly string[];
	/** Where the daemon could be killed in it. */
	readonly points: readonly Point[];
	readonly ms: number;
}

/**
 * A daemon that has sold before saves its pad some commands, and timing moves commits together: a point that was not
 * reached gets another chance with a fresh daemon.
 */
const chances = 3;
const firstAmount = 10_000;
const listSchema = z.object({ transactions: z.array(transactionDocument) });
const listLimit = 500;

export function caseName({ scenario, point }: Planned): string {
	return `${scenario.name} / ${point === undefined ? "undisturbed" : pointName(point)}`;
}

/**
 * One counter after the other, cases one after the other at each: what a case leaves behind is where the next one begins.
 * After a case that went wrong the counter is given up, with all that it has on disk.
 */
export class CaseRunner {
	readonly #directory: string;
	#counter: CrashCounter | undefined;
	#counters = 0;
	#cases = 0;

	constructor(directory: string) {
		this.#directory = directory;
	}

	async play(planned: Planned): Promise<Result> {
		const started = systemClock.monotonicMs();
		const result = await this.#tries(planned);
		return { ...planned, ...result, ms: Math.round(systemClock.monotonicMs() - started) };
	}

	/** Compares all books of the counter, then ends it. */
	async close(): Promise<readonly string[]> {
		const counter = this.#counter;
		this.#counter = undefined;
		if (counter === undefined) {
			return [];
		}
		const complaints = await finalComplaints(counter);
		await counter.close();
		return complaints;
	}

	async #tries(planned: Planned): Promise<Omit<Result, keyof Planned | "ms">> {
		for (let chance = 1; ; chance += 1) {
			const { played, complaints } = await this.#once(planned);
			const points = played?.points ?? [];
			const ending = played === undefined ? "broken off" : endingOf(played.evidence.transaction);
			if (complaints.length > 0 || planned.point === undefined || played?.died === true) {
				return { ending, complaints, points };
			}
			if (chance === chances) {
				return { ending, complaints: ["the point was never reached"], points };
			}
			await this.#counter?.relaunch();
		}
	}

	async #once(
		planned: Planned,
	): Promise<{ readonly played: Played | undefined; readonly complaints: readonly string[] }> {
		this.#cases += 1;
		const number = String(this.#cases).padStart(5, "0");
		let played: Played | undefined;
		const complaints: string[] = [];
		try {
			this.#counter ??= await this.#open();
			played = await playCase(this.#counter, {
				...planned,
				amount: firstAmount + this.#cases,
				key: `crash-${number}`,
			});
			complaints.push(...disagreements(played.evidence), ...surprises(planned, played));
		} catch (error) {
			complaints.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
		}
		if (complaints.length > 0) {
			await this.#giveUp(`case-${number}.json`, { case: caseName(planned), complaints, played });
		}
		return { played, complaints };
	}

	async #open(): Promise<CrashCounter> {
		this.#counters += 1;
		const directory = join(this.#directory, `counter-${this.#counters}`);
		mkdirSync(directory);
		const counter = await CrashCounter.open(directory);
		counter.setPoint(undefined);
		await counter.launch();
		await untilReady(counter.api);
		await counter.api.call({ method: "POST", path: "/v1/acquirers/bank/sign-in", answer: signInDocument });
		return counter;
	}

	async #giveUp(file: string, evidence: unknown): Promise<void> {
		const counter = this.#counter;
		this.#counter = undefined;
		writeFileSync(join(counter?.directory ?? this.#directory, file), JSON.stringify(evidence, undefined, "\t"));
		await counter?.close();
	}
}

/** An undisturbed sale must end as the scenario says. */
function surprises({ scenario, point }: Planned, { evidence, died }: Played): readonly string[] {
	const { outcome } = evidence.transaction;
	if (point !== undefined) {
		return [];
	}
	return [
		...(died ? ["the daemon died by itself"] : []),
		...(outcome === scenario.expected ? [] : [`undisturbed it is ${outcome}, not ${scenario.expected}`]),
	];
}

/** Later crashes must not have touched earlier sales. */
async function finalComplaints(counter: CrashCounter): Promise<readonly string[]> {
	const path = `/v1/transactions?limit=${listLimit}`;
	const { transactions } = await counter.api.call({ method: "GET", path, answer: listSchema });
	const { ledger } = acquirerState.parse(await counter.virtual.acquirer.get());
	const known = new Set(transactions.map(({ amount }) => amount));
	const unknown = transactions.length < listLimit ? ledger.filter(({ amount }) => !known.has(amount)) : [];
	return [
		...unknown.map(({ stan }) => `the journal does not know trace ${stan}`),
		...transactions.flatMap((transaction) => {
			const own = ledger.filter(({ amount }) => amount === transaction.amount);
			return moneyDisagreements(transaction, own).map((complaint) => `${transaction.id}: ${complaint}`);
		}),
	];
}
