import type { PrinterStatus } from "../../devices/pos-printer.ts";
import { isFault } from "../../kernel/fault.ts";
import { concatBytes } from "../../wire/bytes.ts";
import { askModel, askProof, askRealTime, automaticStatusOn, initialize, type RealTimeTopic } from "./commands.ts";
import type { Dialogue, Question } from "./dialogue.ts";
import type { InOrderAnswers } from "./in-order-answers.ts";
import type { Reply } from "./reply-demux.ts";
import { fromRealTime } from "./status.ts";

/** How a printer tells that a slip is out. */
export type Completion = "gs-h" | "gs-r" | "none";

/** A limit for each answer, and what ends the asking early. */
export interface Patience {
	readonly answerMs: number;
	readonly signal: AbortSignal | undefined;
}

/**
 * Asks the four real-time questions.
 * @throws Fault `E_TIMEOUT` when one stays without an answer
 */
export async function askStatus(dialogue: Dialogue, patience: Patience): Promise<PrinterStatus> {
	const ask = (topic: RealTimeTopic): Promise<number> =>
		dialogue.ask(
			{
				name: `answer to DLE EOT ${topic}`,
				bytes: askRealTime(topic),
				answerMs: patience.answerMs,
				accept: (reply) => (reply.kind === "real_time" ? reply.byte : undefined),
			},
			patience.signal,
		);
	return fromRealTime({ 1: await ask(1), 2: await ask(2), 3: await ask(3), 4: await ask(4) });
}

/** The model name the printer gives itself, or undefined when it does not know the question. */
export async function askModelName(dialogue: Dialogue, patience: Patience): Promise<string | undefined> {
	return orSilence(
		dialogue.ask(
			{
				name: "answer to GS I 67",
				bytes: askModel,
				answerMs: patience.answerMs,
				accept: (reply) => (reply.kind === "text" ? reply.text : undefined),
			},
			patience.signal,
		),
	);
}

/**
 * Finds out how a ready printer can prove that a slip is out. Undefined when it answers neither question in time:
 * it knows none, or is still busy with an earlier slip.
 */
export async function probeCompletion(
	{ dialogue, inOrder, probeId }: { dialogue: Dialogue; inOrder: InOrderAnswers; probeId: string },
	patience: Patience,
): Promise<Completion | undefined> {
	const isProof = acceptProof(probeId);
	const question: Question<Completion> = {
		name: "answer to GS ( H or GS r",
		// A printer that does not know GS ( H takes its parameters for text: ESC @ drops that line unprinted.
		bytes: concatBytes(askProof(probeId), initialize, automaticStatusOn, inOrder.ask()),
		answerMs: patience.answerMs,
		accept: (reply) => (isProof(reply) ? "gs-h" : inOrder.accept(reply) && "gs-r"),
	};
	return orSilence(dialogue.ask(question, patience.signal));
}

/** Recognises the proof with this id; an older one proves nothing. */
export function acceptProof(id: string): (reply: Reply) => true | undefined {
	return (reply) => (reply.kind === "proof" && reply.id === id ? true : undefined);
}

/**
 * Waits for the answers to GS r that earlier slips are owed, by asking once more and waiting for all.
 * After so long a silence nothing is on its way any more.
 */
export async function settleInOrder(dialogue: Dialogue, inOrder: InOrderAnswers, patience: Patience): Promise<void> {
	const bytes = inOrder.ask();
	const accept = (reply: Reply): true | undefined => inOrder.accept(reply);
	const name = "answers to GS r of earlier slips";
	if ((await orSilence(dialogue.ask({ name, bytes, answerMs: patience.answerMs, accept }, patience.signal))) !== true) {
		inOrder.forget();
	}
}

async function orSilence<T>(answer: Promise<T>): Promise<T | undefined> {
	try {
		return await answer;
	} catch (thrown) {
		if (isFault(thrown, "E_TIMEOUT")) {
			return undefined;
		}
		throw thrown;
	}
}
