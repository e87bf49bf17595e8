import { Option } from "commander";
import type { LineName } from "../diagnostics/line-watch.ts";
import { Fault } from "../kernel/fault.ts";
import type { AddCommands } from "./command-context.ts";

interface RecordOptions {
	readonly device?: string;
	readonly acquirer?: string;
	readonly minutes: number;
}

/** Commands of the technician. None of them moves money. */
export const addDiagnosticCommands: AddCommands = (program, run) => {
	program
		.command("doctor")
		.description("what is ill with ports, devices and this machine, and the command that cures it")
		.action(() =>
			run(async (context) => {
				const { doctor } = await import("./doctor/doctor-commands.ts");
				return doctor(context);
			}),
		);
	program
		.command("health")
		.description("ask every device and acquirer some harmless questions, and grade the answers")
		.action(() =>
			run(async ({ io, api }) => {
				const { health } = await import("./doctor/doctor-commands.ts");
				return health(io, await api());
			}),
		);
	program
		.command("report")
		.description("everything support needs in one archive; refused when card data or keys are found in it")
		.option("--preview", "show what would be in it, write nothing", false)
		.option("--log <file>", "the daemon's log, where it goes to a file")
		.option("--out <file>", "name of the archive")
		.action(({ preview, log, out }: { preview: boolean; log?: string; out?: string }) =>
			run(async (context) => {
				const { report } = await import("./report/report-command.ts");
				return report(context, { preview, log, out });
			}),
		);
	const trace = program.command("trace").description("the frames of one line, masked");
	trace
		.command("record")
		.description("record a line to stdout until the time is up or Ctrl-C")
		.option("--device <id>", "the line of a device")
		.option("--acquirer <id>", "the line to an acquirer")
		.addOption(new Option("--minutes <count>", "at most so long").default(5).argParser(Number))
		.action((options: RecordOptions) =>
			run(async ({ io, api }) => {
				const { recordTrace } = await import("./trace-commands.ts");
				return recordTrace(io, await api(), { line: lineOf(options), minutes: options.minutes });
			}),
		);
	trace
		.command("show <file>")
		.description("a recording for people")
		.action((file: string) =>
			run(async ({ io }) => {
				const { showTrace } = await import("./trace-commands.ts");
				return showTrace(io, file);
			}),
		);
	trace
		.command("replay <file>")
		.description("a virtual device that answers as recorded, until Ctrl-C")
		.option("--link <path>", "a stable name for its port")
		.option("--at-once", "do not wait as the recorded device did", false)
		.action((file: string, { link, atOnce }: { link?: string; atOnce: boolean }) =>
			run(async ({ io }) => {
				const { replayTrace } = await import("./trace-commands.ts");
				return replayTrace(io, file, { link, atOnce });
			}),
		);
};

function lineOf({ device, acquirer }: RecordOptions): LineName {
	if (device !== undefined && acquirer === undefined) {
		return { kind: "device", id: device };
	}
	if (acquirer !== undefined && device === undefined) {
		return { kind: "acquirer", id: acquirer };
	}
	throw new Fault("request_invalid", { detail: "Give --device or --acquirer" });
}
