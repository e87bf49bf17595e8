import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { signInDocument } from "../../src/api/acquirer-routes.ts";
import { transactionDocument } from "../../src/api/transaction-document.ts";
import { acquirerState } from "../../src/cli/demo/stage.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { CrashCounter } from "./crash-counter.ts";
import { disagreements, endingOf, moneyDisagreements, voidDisagreements } from "./judge.ts";
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

interface Attempt {
	/** Undefined when it broke off. */
	readonly played: Played | undefined;
	readonly complaints: readonly string[];
}

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
	readonly #finalComplaints: string[] = [];
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

	/** Ends the last counter. Says in what its books, or those of one before, did not agree when it closed. */
	async close(): Promise<readonly string[]> {
		await this.#closeCounter();
		return this.#finalComplaints;
	}

	async #tries(planned: Planned): Promise<Omit<Result, keyof Planned | "ms">> {
		for (let chance = 1; ; chance += 1) {
			const { played, complaints } = await this.#once(planned, chance > 1);
			const points = played?.points ?? [];
			const ending = played === undefined ? "broken off" : endingOf(played.evidence.transaction);
			if (complaints.length > 0 || planned.point === undefined || played?.died === true) {
				return { ending, complaints, points };
			}
			if (chance === chances) {
				return { ending, complaints: ["the point was never reached"], points };
			}
		}
	}

	async #once(planned: Planned, withFreshDaemon: boolean): Promise<Attempt> {
		this.#cases += 1;
		const number = String(this.#cases).padStart(5, "0");
		let played: Played | undefined;
		const complaints: string[] = [];
		try {
			const counter = await this.#counterFor(planned.scenario);
			if (withFreshDaemon) {
				await counter.relaunch();
			}
			played = await playCase(counter, { ...planned, amount: firstAmount + this.#cases, key: `crash-${number}` });
			complaints.push(...disagreements(played.evidence), ...surprises(planned, played));
		} catch (error) {
			complaints.push(String(error));
		}
		if (complaints.length > 0) {
			await this.#giveUp(`case-${number}.json`, { case: caseName(planned), complaints, played });
		}
		return { played, complaints };
	}

	/** The counter of the case before, its daemon running; or a new one, where the case needs a daemon without data. */
	async #counterFor({ interrupted }: Scenario): Promise<CrashCounter> {
		if (interrupted === "first_start") {
			await this.#closeCounter();
			this.#counter = await this.#open();
			return this.#counter;
		}
		if (this.#counter === undefined) {
			const counter = await this.#open();
			this.#counter = counter;
			await counter.relaunch();
			await counter.api.call({ method: "POST", path: "/v1/acquirers/bank/sign-in", answer: signInDocument });
		}
		return this.#counter;
	}

	async #open(): Promise<CrashCounter> {
		this.#counters += 1;
		const directory = join(this.#directory, `counter-${this.#counters}`);
		mkdirSync(directory);
		const counter = await CrashCounter.open(directory);
		counter.setPoint(undefined);
		return counter;
	}

	async #closeCounter(): Promise<void> {
		const counter = this.#counter;
		this.#counter = undefined;
		if (counter !== undefined) {
			this.#finalComplaints.push(...(await finalComplaints(counter).catch((error: unknown) => [String(error)])));
			await counter.close();
		}
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
			return [...moneyDisagreements(transaction, own), ...voidDisagreements(transaction, own)].map(
				(complaint) => `${transaction.id}: ${complaint}`,
			);
		}),
	];
}
