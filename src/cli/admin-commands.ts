import { Option } from "commander";
import { type Scope, scopes } from "../api/scopes.ts";
import { openTokens, type Tokens } from "../api/tokens.ts";
import { tokensPath } from "../daemon/start-daemon.ts";
import { systemClock } from "../kernel/clock.ts";
import type { AddCommands, CommandContext } from "./command-context.ts";
import { checkConfig, printConfigSchema } from "./config-command.ts";
import { createToken, listTokens, revokeToken } from "./token-commands.ts";

const tokensOf = async ({ config }: CommandContext): Promise<Tokens> =>
	openTokens(tokensPath(await config()), systemClock);

/** Commands that look at files and need no daemon. */
export const addAdminCommands: AddCommands = (program, run) => {
	const config = program.command("config").description("the configuration file");
	config
		.command("check [file]")
		.description("every mistake with its line, key and cure")
		.action((file: string | undefined) => run(({ io, configPath }) => checkConfig(io, file ?? configPath)));
	config
		.command("schema")
		.description("JSON Schema of the configuration, for editors")
		.action(() => run(({ io }) => printConfigSchema(io)));

	const tokens = program.command("tokens").description("who may call the API");
	tokens
		.command("create <name>")
		.description("a new token; its secret is shown this once")
		.addOption(new Option("--scope <scopes...>", "what it may do").choices(scopes).default(["sell"]))
		.action((name: string, { scope }: { scope: Scope[] }) =>
			run(async (context) => createToken(context.io, await tokensOf(context), name, scope)),
		);
	tokens
		.command("list", { isDefault: true })
		.description("all tokens, without their secrets")
		.action(() => run(async (context) => listTokens(context.io, await tokensOf(context))));
	tokens
		.command("revoke <id>")
		.description("at once, also in a daemon that runs")
		.action((id: string) => run(async (context) => revokeToken(context.io, await tokensOf(context), id)));
};
