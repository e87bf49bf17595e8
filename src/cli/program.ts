import { Command, CommanderError } from "commander";
import { asFault, isFault } from "../kernel/fault.ts";
import { redactText } from "../kernel/redact-text.ts";
import { addAdminCommands } from "./admin-commands.ts";
import { commandContext, type GlobalOptions, type Run } from "./command-context.ts";
import { showFault } from "./console-io.ts";
import { addDaemonCommands } from "./daemon-commands.ts";
import { addDiagnosticCommands } from "./diagnostic-commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { addKeysCommands } from "./keys-commands.ts";
import { addMoneyCommands } from "./money-commands.ts";
import { packageVersion } from "./start-command.ts";

const exitHelp = `
Exit codes: 0 done or approved, 1 failed, 2 wrong use, 3 declined or cancelled (no money moved),
  4 outcome unknown (look it up, never sell again under a new key), 5 no daemon answers, 78 configuration invalid.
`;

/** Runs one command; never throws. Gives the exit code. */
export async function runCommand(words: readonly string[]): Promise<number> {
	let exitCode: ExitCode = exitCodes.done;
	const program = new Command("tillbridge")
		.description("Joins a till to PIN pads, printers and the acquirer.")
		.version(packageVersion())
		.option("-c, --config <file>", "configuration file", process.env["TILLBRIDGE_CONFIG"] ?? "tillbridge.yaml")
		.option("--json", "results and failures as JSON", false)
		.option("--url <address>", "a daemon elsewhere, with TILLBRIDGE_TOKEN as its token")
		.addHelpText("after", exitHelp)
		// What somebody typed in the wrong place comes back in these messages, and may be a card.
		.configureOutput({ writeErr: (text) => void process.stderr.write(redactText(text)) })
		.exitOverride();
	const run: Run = async (work) => {
		const context = commandContext(program.opts<GlobalOptions>());
		try {
			exitCode = await work(context);
		} catch (error) {
			const fault = asFault(error);
			showFault(context.io, fault);
			exitCode = failureCode(fault);
		}
	};
	for (const addCommands of [
		addDaemonCommands,
		addMoneyCommands,
		addDiagnosticCommands,
		addKeysCommands,
		addAdminCommands,
	]) {
		addCommands(program, run);
	}
	try {
		await program.parseAsync(words, { from: "user" });
		return exitCode;
	} catch (error) {
		if (error instanceof CommanderError) {
			return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
		}
		throw error;
	}
}

function failureCode(error: unknown): ExitCode {
	if (isFault(error, "daemon_unreachable")) {
		return exitCodes.unreachable;
	}
	return isFault(error, "config_invalid", "config_unreadable") ? exitCodes.configuration : exitCodes.failed;
}
