import { afterAll, afterEach, beforeAll } from "vitest";
import { expectBooksToAgree, expectJournalToBeSettled } from "./books.ts";
import { Shop, type ShopOptions } from "./shop.ts";

/** Five processes have to come up, perhaps while other tests keep the machine busy. */
const openMs = 60_000;

/**
 * One shop for all tests of a file. After each test the faults are taken back and all books are compared; after the last
 * one the journal must be whole and settled.
 */
export function useShop(options: ShopOptions = {}): () => Shop {
	let shop: Shop | undefined;
	const theShop = (): Shop => {
		if (shop === undefined) {
			throw new Error("the shop is not open");
		}
		return shop;
	};
	beforeAll(async () => {
		shop = await Shop.open(options);
	}, openMs);
	afterEach(async () => {
		await theShop().setHostFaults();
		await theShop().setPadFaults();
		await expectBooksToAgree(theShop());
	});
	afterAll(async () => {
		const open = theShop();
		await open.stopDaemon();
		await expectJournalToBeSettled(open);
		await open.close();
	}, openMs);
	return theShop;
}
