import { describe, expect, test } from "vitest";
import { useShop } from "../support/use-shop.ts";

const shop = useShop();

/** How a payment is told that was not even begun. */
const notBegun = (code: string) => ({ outcome: "failed", moneyMoved: "no", safeToRetry: true, fault: { code } });

/** What became of the slips, in the order in which they were queued. */
function statesOf({ slips }: { readonly slips: readonly { readonly state: string }[] }): readonly string[] {
	return slips.map(({ state }) => state);
}

describe("before the money", () => {
	test.each([
		["paper", { paperLines: 0 }, { paper: "end" }, "out of paper"],
		["a closed cover", { cover: "open" }, { cover: "open" }, "cover"],
		["a sound cutter", { error: "cutter" }, { error: "cutter" }, "error"],
		["being online", { online: false }, { online: false }, "offline"],
	])("a printer without %s stops the sale, and says why", async (_, trouble, health, detail) => {
		await shop().counter.printer.set(trouble);
		await shop().deviceWhen("printer1", (device) =>
			Object.entries(health).every(([key, value]) => device.health?.[key] === value),
		);
		const { obstacles } = (await shop().api.get("/v1/lanes/lane1/readiness")).body;
		expect(obstacles).toMatchObject([{ code: "lane_not_ready", device: "printer1" }]);
		expect(obstacles[0].detail).toContain(detail);
		const sale = await shop().sell();
		expect(sale).toMatchObject(notBegun("lane_not_ready"));
		expect(await shop().bookedAs(sale)).toBeUndefined();
		await shop().counter.printer.set({ paperLines: 1000, cover: "closed", error: "none", online: true });
		await shop().laneReady();
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});

	test("a printer that is not there stops the sale, and comes back by itself", async () => {
		await shop().counter.printer.act("unplug");
		await shop().deviceWhen("printer1", ({ state }) => state === "offline");
		expect(await shop().sell()).toMatchObject(notBegun("E_NOHARDWARE"));
		await shop().counter.printer.act("plug");
		await shop().laneReady();
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});
});

describe("after the approval", () => {
	/** The acquirer thinks for a while: time for mischief between the look at the printer and the approval. */
	async function beginSlowly(): Promise<string> {
		await shop().setHostFaults({ name: "delay", mti: "0200", value: "400" });
		const { id } = await shop().begin();
		await shop().eventsWhen(id, "reversal_signed");
		return id;
	}

	test("paper that ends within a slip: the slip goes on when there is paper again, once", async () => {
		const id = await beginSlowly();
		await shop().counter.printer.set({ paperLines: 5 });
		const approved = await shop().transactionWhen(id, ({ outcome }) => outcome === "approved");
		await shop().deviceWhen("printer1", ({ health }) => health?.["paper"] === "end");
		expect(statesOf(await shop().transaction(id))).toEqual(["queued", "queued"]);
		expect(approved).toMatchObject({ moneyMoved: "yes" });
		await shop().counter.printer.act("load_paper");
		expect(statesOf(await shop().settled(id))).toEqual(["printed", "printed"]);
	});

	test("no paper at all: the slips come when there is some, and one that was tried before says so", async () => {
		const id = await beginSlowly();
		await shop().counter.printer.set({ paperLines: 0 });
		await shop().eventsWhen(id, "slip_failed");
		expect(await shop().transaction(id)).toMatchObject({
			outcome: "approved",
			slips: [{ state: "queued" }, { state: "queued" }],
		});
		await shop().counter.printer.act("load_paper");
		expect((await shop().settled(id)).slips).toMatchObject([
			{ copy: "merchant", state: "printed", duplicate: true },
			{ copy: "customer", state: "printed", duplicate: false },
		]);
	});

	test("a printer that is unplugged before its slips prints them when it is back", async () => {
		const id = await beginSlowly();
		await shop().counter.printer.act("unplug");
		await shop().eventsWhen(id, "slip_failed");
		expect(await shop().transaction(id)).toMatchObject({ outcome: "approved", moneyMoved: "yes" });
		await shop().counter.printer.act("plug");
		expect(statesOf(await shop().settled(id))).toEqual(["printed", "printed"]);
	});

	test("a printer that is unplugged within a slip: nobody can tell, and a copy is to be had", async () => {
		const id = await beginSlowly();
		await shop().counter.printer.set({ paperLines: 5 });
		await shop().deviceWhen("printer1", ({ health }) => health?.["paper"] === "end");
		await shop().counter.printer.act("power_off");
		await shop().counter.printer.act("unplug");
		await shop().transactionWhen(id, ({ slips }) => slips.some(({ state }) => state === "unknown"));
		await shop().counter.printer.act("power_on");
		await shop().counter.printer.act("load_paper");
		await shop().counter.printer.act("plug");
		const sale = await shop().settled(id);
		expect(statesOf(sale)).toEqual(["unknown", "printed"]);
		const again = await shop().api.post(`/v1/transactions/${id}/receipts/merchant/print`);
		expect(again.status).toBe(202);
		expect((await shop().settled(id)).slips.at(-1)).toMatchObject({
			copy: "merchant",
			state: "printed",
			duplicate: true,
		});
	});
});
