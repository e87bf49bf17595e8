import type { AddCommands } from "./command-context.ts";
import { listDevices, testDevice } from "./device-commands.ts";
import { type PaymentArguments, pay, paymentCommands } from "./payment-command.ts";
import { signIn } from "./sign-in-command.ts";
import {
	listReversals,
	listTransactions,
	releaseReversal,
	retryReversal,
	showOne,
	type TransactionQuery,
} from "./transaction-commands.ts";

/** Commands that ask a running daemon. */
export const addMoneyCommands: AddCommands = (program, run) => {
	for (const payment of paymentCommands) {
		const command = program
			.command(payment.words)
			.description(`${payment.description}; the card comes from a hidden prompt or a pipe`)
			.option("--lane <id>", "where; the first lane when left out")
			.option("--reference <text>", "the till's own number")
			.option("--key <key>", "Idempotency-Key of an earlier try of the same payment")
			.option("--pin", "ask for a PIN")
			.option("--no-pin", "do not ask for a PIN");
		command.action(() => {
			const named = command.registeredArguments.map((argument, at) => [argument.name(), command.args[at]]);
			const given: PaymentArguments = { ...Object.fromEntries(named), ...command.opts<PaymentArguments>() };
			return run(async ({ io, api }) => pay(io, await api(), payment, given));
		});
	}
	program
		.command("sign-in [lane]")
		.description("fetch new working keys from the acquirer")
		.action((lane: string | undefined) => run(async ({ io, api }) => signIn(io, await api(), lane)));

	const transactions = program.command("transactions").description("what was sold");
	transactions
		.command("list", { isDefault: true })
		.description("open outcomes first, then the newest")
		.option("--lane <id>")
		.option("--reference <text>")
		.option("--unknown", "only those with an open outcome")
		.option("--limit <count>", "at most so many")
		.action((query: TransactionQuery) => run(async ({ io, api }) => listTransactions(io, await api(), query)));
	transactions
		.command("show <id>")
		.description("one transaction and its timeline")
		.action((id: string) => run(async ({ io, api }) => showOne(io, await api(), id)));

	const reversals = program.command("reversals").description("money that must go back");
	reversals
		.command("list", { isDefault: true })
		.description("reversals owed, oldest first")
		.action(() => run(async ({ io, api }) => listReversals(io, await api())));
	reversals
		.command("retry <id>")
		.description("send it now")
		.action((id: string) => run(async ({ io, api }) => retryReversal(io, await api(), id)));
	reversals
		.command("release <id>")
		.description("a person takes it over; it is not sent any more")
		.requiredOption("--note <text>", "why, and what was agreed with whom")
		.action((id: string, { note }: { note: string }) =>
			run(async ({ io, api }) => releaseReversal(io, await api(), id, note)),
		);

	const devices = program.command("devices").description("PIN pads and printers");
	devices
		.command("list", { isDefault: true })
		.description("every device, there or not, and why not")
		.action(() => run(async ({ io, api }) => listDevices(io, await api())));
	devices
		.command("watch")
		.description("states and counters, live until Ctrl-C")
		.action(() =>
			run(async ({ io, api }) => {
				const { watchDevices } = await import("./doctor/doctor-commands.ts");
				return watchDevices(io, await api());
			}),
		);
	devices
		.command("test <id>")
		.description("ask the device itself; moves no money")
		.action((id: string) => run(async ({ io, api }) => testDevice(io, await api(), id)));
};
