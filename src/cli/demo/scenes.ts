import type { z } from "zod";
import { signInDocument } from "../../api/acquirer-routes.ts";
import type { TransactionDocument } from "../../api/transaction-document.ts";
import { systemClock } from "../../kernel/clock.ts";
import { pause } from "../../kernel/deadline.ts";
import type { ConsoleIo } from "../console-io.ts";
import { type DaemonProcess, startDaemonProcess } from "./daemon-process.ts";
import { acquirerState, printerState, settled, showTimeline, startSale } from "./stage.ts";
import type { VirtualCounter } from "./virtual-counter.ts";

/** What a scene plays with. The daemon may be another one after it. */
export interface Stage {
	readonly io: ConsoleIo;
	readonly counter: VirtualCounter;
	daemon: DaemonProcess;
}

/** What must have come of a scene. */
interface Expected {
	readonly outcome: TransactionDocument["outcome"];
	readonly moneyMoved: TransactionDocument["moneyMoved"];
	/** How the acquirer has it in its books; `undefined` for not at all. */
	readonly ledger: string | undefined;
}

interface Scene {
	readonly title: string;
	/** Minor units; each scene has its own, so that the books can be compared. */
	readonly amount: number;
	readonly expected: Expected;
	readonly play: (stage: Stage, amount: number) => Promise<TransactionDocument>;
}

/** Signing in is no sale: keys are loaded and their check values shown. */
export async function playSignIn({ io, daemon }: Stage): Promise<void> {
	const answer = await daemon.api.call({ method: "POST", path: "/v1/acquirers/bank/sign-in", answer: signInDocument });
	for (const { signedIn, batch, keys } of answer.terminals) {
		const values = keys.map(({ role, kcv }) => `${role} ${kcv}`).join(", ");
		io.out(signedIn ? `  signed in, batch ${batch ?? "?"}, check values ${values}` : "  NOT signed in");
	}
}

async function plainSale({ daemon }: Stage, amount: number): Promise<TransactionDocument> {
	const { id } = await startSale(daemon.api, amount, `demo-${amount}`);
	return settled(daemon.api, id);
}

export const scenes: readonly Scene[] = [
	{
		title: "A sale with PIN",
		amount: 1250,
		expected: { outcome: "approved", moneyMoved: "yes", ledger: "approved" },
		async play(stage, amount) {
			const transaction = await plainSale(stage, amount);
			const { slips } = printerState.parse(await stage.counter.printer.get());
			for (const line of (slips[0]?.text ?? "(nothing was printed)").split("\n")) {
				stage.io.out(`      ${line}`.trimEnd());
			}
			return transaction;
		},
	},
	{
		title: "A wrong PIN",
		amount: 2000,
		expected: { outcome: "declined", moneyMoved: "no", ledger: "declined" },
		async play(stage, amount) {
			await stage.counter.pad.set({ persons: [{ pin: "654321", delayPerKeyMs: 60 }] });
			const transaction = await plainSale(stage, amount);
			await stage.counter.pad.set({ persons: [{ pin: "123456", delayPerKeyMs: 60 }] });
			return transaction;
		},
	},
	{
		title: "The acquirer approves, and its answer is lost",
		amount: 3000,
		expected: { outcome: "failed", moneyMoved: "no", ledger: "reversed" },
		async play(stage, amount) {
			await stage.counter.acquirer.set({ faults: [{ name: "drop", mti: "0200" }] });
			return plainSale(stage, amount);
		},
	},
	{
		title: "The daemon dies (kill -9) while the acquirer has the request",
		amount: 4000,
		expected: { outcome: "failed", moneyMoved: "no", ledger: "reversed" },
		async play(stage, amount) {
			const { acquirer } = stage.counter;
			await acquirer.set({ faults: [{ name: "drop", mti: "0200" }] });
			const { id } = await startSale(stage.daemon.api, amount, `demo-${amount}`);
			while (!acquirerState.parse(await acquirer.get()).ledger.some((entry) => entry.amount === amount)) {
				await pause(systemClock, 20);
			}
			await stage.daemon.kill();
			stage.io.out("  killed; starting again");
			stage.daemon = await startDaemonProcess(stage.counter);
			return settled(stage.daemon.api, id);
		},
	},
];

/** Plays one scene and compares what the daemon says with the acquirer's books. True when they agree. */
export async function playScene(stage: Stage, { title, amount, expected, play }: Scene): Promise<boolean> {
	stage.io.out(`\n${title}`);
	const transaction = await play(stage, amount);
	await showTimeline(stage.io, stage.daemon.api, transaction);
	const ledger = ledgerOf(acquirerState.parse(await stage.counter.acquirer.get()), amount);
	const asExpected =
		transaction.outcome === expected.outcome &&
		transaction.moneyMoved === expected.moneyMoved &&
		ledger === expected.ledger;
	stage.io.out(`  acquirer's books: ${ledger ?? "nothing"}${asExpected ? "" : "  NOT AS EXPECTED"}`);
	return asExpected;
}

function ledgerOf({ ledger }: z.output<typeof acquirerState>, amount: number): string | undefined {
	return ledger.find((entry) => entry.amount === amount)?.state;
}
