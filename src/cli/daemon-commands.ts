import { Argument } from "commander";
import type { AddCommands } from "./command-context.ts";
import { runDaemon } from "./start-command.ts";

const kinds = ["pinpad", "visa-pinpad", "printer", "acquirer"] as const;

/** Commands that run until they are told to stop. Simulators are loaded only by the command that needs them. */
export const addDaemonCommands: AddCommands = (program, run) => {
	program
		.command("start")
		.description("run the daemon in the foreground; its log goes to stderr")
		.action(() => run(async ({ config }) => runDaemon(await config())));
	program
		.command("demo")
		.description("virtual pad, printer and acquirer, and what the daemon makes of good and bad days")
		.option("--stay", "no tour: run the virtual counter until Ctrl-C", false)
		.action(({ stay }: { stay: boolean }) =>
			run(async ({ io }) => {
				const { runCounter, runTour } = await import("./demo/demo-command.ts");
				return stay ? runCounter(io) : runTour(io);
			}),
		);
	program
		.command("simulate")
		.description("run one virtual counterpart until it is told to stop")
		.addArgument(new Argument("<kind>", "what to run").choices(kinds))
		.option("--options <json>", "its options as JSON", "{}")
		.action((kind: (typeof kinds)[number], { options }: { options: string }) =>
			run(async ({ io }) => {
				const { simulate } = await import("./simulate-command.ts");
				return simulate(io, kind, options);
			}),
		);
};
