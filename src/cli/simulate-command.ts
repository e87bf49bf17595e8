import { once } from "node:events";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { shippedData } from "../daemon/shipped-data.ts";
import { compileSpec } from "../iso8583/codec.ts";
import { messageSpecSchema } from "../iso8583/message-spec.ts";
import { Fault } from "../kernel/fault.ts";
import { portLabel } from "../ports/port-label.ts";
import { acquirerOptionsSchema } from "../simulators/acquirer/options.ts";
import { runAcquirer } from "../simulators/acquirer/run-acquirer.ts";
import { padOptionsSchema } from "../simulators/kmy-pad/options.ts";
import { runKmyPad } from "../simulators/kmy-pad/run-kmy-pad.ts";
import { printerOptionsSchema } from "../simulators/printer/options.ts";
import { runPrinter } from "../simulators/printer/run-printer.ts";
import { visaPadOptionsSchema } from "../simulators/visa-pad/options.ts";
import { runVisaPad } from "../simulators/visa-pad/run-visa-pad.ts";
import { type ConsoleIo, show } from "./console-io.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** A virtual device or host that runs: where it is reached, by whom it is asked, and its end. */
interface Running {
	readonly address: string;
	readonly controlPort: number;
	close(): Promise<void>;
}

export const simulated = {
	async pinpad(options: unknown): Promise<Running> {
		const pad = await runKmyPad(parse(padOptionsSchema, options));
		return { ...pad, address: pad.path };
	},
	async "visa-pinpad"(options: unknown): Promise<Running> {
		const pad = await runVisaPad(parse(visaPadOptionsSchema, options));
		return { ...pad, address: pad.path };
	},
	async printer(options: unknown): Promise<Running> {
		const printer = await runPrinter(parse(printerOptionsSchema, options));
		const { address } = printer;
		return { ...printer, address: address.kind === "serial" ? address.path : portLabel(address) };
	},
	async acquirer(options: unknown): Promise<Running> {
		const spec = messageSpecSchema.parse(JSON.parse(readFileSync(shippedData("iso8583/unionpay.json"), "utf8")));
		const acquirer = await runAcquirer(parse(acquirerOptionsSchema, options), compileSpec(spec));
		return { ...acquirer, address: `${acquirer.host}:${acquirer.port}` };
	},
} as const;

/** `simulate`: runs one virtual counterpart in this process until it is told to stop. Options come as JSON text. */
export async function simulate(io: ConsoleIo, kind: keyof typeof simulated, options: string): Promise<ExitCode> {
	const running = await simulated[kind](parseJson(options));
	const { address, controlPort } = running;
	show(io, { address, controlPort }, [
		`Virtual ${kind} on ${address}`,
		`Control port 127.0.0.1:${controlPort}; try: echo '{"get":true}' | nc 127.0.0.1 ${controlPort}`,
	]);
	await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
	await running.close();
	return exitCodes.done;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new Fault("request_invalid", { detail: "--options is no JSON", cause });
	}
}

function parse<T>(schema: z.ZodType<T>, options: unknown): T {
	const result = schema.safeParse(options);
	if (!result.success) {
		throw new Fault("request_invalid", { detail: z.prettifyError(result.error) });
	}
	return result.data;
}
