#!/usr/bin/env node
// Nothing is imported before the version is known: an older runtime would fail on its own, with a worse sentence.
const oldest = 24;
const running = process.versions.node;

if (Number.parseInt(running, 10) < oldest) {
	process.stderr.write(`Tillbridge needs Node.js ${oldest} or newer, and this is ${running}.\n`);
	process.exitCode = 1;
} else {
	const { runCommand } = await import("./cli/program.ts");
	process.exitCode = await runCommand(process.argv.slice(2));
}
