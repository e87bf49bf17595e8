import type { Bytes } from "../../wire/bytes.ts";
import { askPaperInOrder } from "./commands.ts";
import type { Dialogue } from "./dialogue.ts";
import type { Reply } from "./reply-demux.ts";

/**
 * The answers to GS r, which carry no id. A printer gives them in the order of the questions, so they are counted:
 * an answer still owed to an earlier slip must not prove a later one.
 */
export class InOrderAnswers {
	#owed = 0;

	constructor(dialogue: Dialogue) {
		dialogue.singles.subscribe(() => {
			this.#owed = Math.max(0, this.#owed - 1);
		});
	}

	/** True while the printer has yet to answer an earlier question. */
	get owed(): boolean {
		return this.#owed > 0;
	}

	/** The bytes of one question, which counts as asked from now on. */
	ask(): Bytes {
		this.#owed += 1;
		return askPaperInOrder;
	}

	/** Recognises the answer to the latest question. */
	accept(reply: Reply): true | undefined {
		return reply.kind === "single" && !this.owed ? true : undefined;
	}

	/** Gives up on answers that have not come in all this time. */
	forget(): void {
		this.#owed = 0;
	}
}
