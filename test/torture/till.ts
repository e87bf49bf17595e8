import type { TransactionDocument } from "../../src/api/transaction-document.ts";
import type { ApiClient } from "../../src/cli/api-client.ts";
import { settled, startSale } from "../../src/cli/demo/stage.ts";

/** A till that wants one sale, asks for it twice at a time, and remembers what it was told. */
export class Till {
	readonly #amount: number;
	readonly #key: string;
	readonly #ids: string[] = [];

	/** The key is the reference as well. */
	constructor(amount: number, key: string) {
		this.#amount = amount;
		this.#key = key;
	}

	/** The transaction of every answer so far; all the same, if all is well. */
	get ids(): readonly string[] {
		return this.#ids;
	}

	/** Posts the sale twice at the same time, and waits until nothing moves any more. */
	async sell(api: ApiClient): Promise<TransactionDocument> {
		const answers = await Promise.allSettled([this.#post(api), this.#post(api)]);
		const failed = answers.find((answer) => answer.status === "rejected");
		if (failed !== undefined) {
			throw failed.reason;
		}
		return settled(api, this.#ids.at(-1) ?? "");
	}

	async #post(api: ApiClient): Promise<void> {
		const { id } = await startSale(api, this.#amount, this.#key);
		this.#ids.push(id);
	}
}
