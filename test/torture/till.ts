import { type TransactionDocument, transactionDocument } from "../../src/api/transaction-document.ts";
import type { ApiClient } from "../../src/cli/api-client.ts";
import { settled, startSale } from "../../src/cli/demo/stage.ts";
import { testTrack2 } from "../../src/cli/demo/virtual-counter.ts";

/** What a till wants: a sale of so many minor units, or an earlier sale undone. */
type Order =
	| { readonly type: "sale"; readonly amount: number }
	| { readonly type: "void"; readonly transaction: string };

/** A till that wants one thing, asks for it twice at a time, and remembers what it was told. */
export class Till {
	readonly #order: Order;
	readonly #key: string;
	readonly #ids: string[] = [];

	/** The key is the reference as well. */
	constructor(order: Order, key: string) {
		this.#order = order;
		this.#key = key;
	}

	/** The transaction of every answer so far; all the same, if all is well. */
	get ids(): readonly string[] {
		return this.#ids;
	}

	/** Posts the order twice at the same time, and waits until nothing moves any more. */
	async ask(api: ApiClient): Promise<TransactionDocument> {
		const answers = await Promise.allSettled([this.#post(api), this.#post(api)]);
		const failed = answers.find((answer) => answer.status === "rejected");
		if (failed !== undefined) {
			throw failed.reason;
		}
		return settled(api, this.#ids.at(-1) ?? "");
	}

	async #post(api: ApiClient): Promise<void> {
		const { id } = await this.#start(api);
		this.#ids.push(id);
	}

	#start(api: ApiClient): Promise<TransactionDocument> {
		switch (this.#order.type) {
			case "sale":
				return startSale(api, this.#order.amount, this.#key);
			case "void":
				return startVoid(api, this.#order.transaction, this.#key);
		}
	}
}

function startVoid(api: ApiClient, transaction: string, key: string): Promise<TransactionDocument> {
	return api.call({
		method: "POST",
		path: "/v1/transactions",
		headers: { "idempotency-key": key },
		body: {
			type: "void",
			lane: "lane1",
			currency: "CNY",
			reference: key,
			card: { entry: "magnetic", track2: testTrack2 },
			original: { transaction },
		},
		supervised: true,
		answer: transactionDocument,
	});
}
