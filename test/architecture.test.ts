import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** Which rooms a room may look into; see docs/architecture.md for the reasons. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
	kernel: [],
	wire: [],
	crypto: ["wire"],
	card: ["kernel", "wire"],
	iso8583: ["kernel", "wire"],
	ports: ["kernel", "wire"],
	devices: ["kernel", "wire", "card", "ports"],
	drivers: ["kernel", "wire", "crypto", "card", "devices", "ports"],
	acquirers: ["kernel", "wire", "card", "iso8583", "ports"],
	journal: ["kernel", "wire", "crypto", "card"],
	payments: ["kernel", "wire", "crypto", "card", "devices", "acquirers", "journal"],
	keys: ["kernel", "wire", "crypto", "devices", "journal", "ports"],
	diagnostics: ["kernel", "wire", "iso8583", "ports", "devices", "acquirers", "journal"],
	api: ["kernel", "wire", "crypto", "card", "devices", "acquirers", "journal", "payments", "keys", "diagnostics"],
	simulators: ["kernel", "wire", "crypto", "card", "iso8583", "ports"],
	config: ["kernel", "card", "devices", "ports", "payments"],
	daemon: [
		"kernel",
		"wire",
		"crypto",
		"iso8583",
		"ports",
		"devices",
		"drivers",
		"acquirers",
		"journal",
		"payments",
		"keys",
		"diagnostics",
		"api",
		"config",
	],
	cli: [
		"kernel",
		"crypto",
		"card",
		"iso8583",
		"ports",
		"devices",
		"drivers",
		"journal",
		"payments",
		"keys",
		"diagnostics",
		"api",
		"config",
		"daemon",
		"simulators",
	],
	"main.ts": ["cli"],
};

/** From these rooms, only contracts and pure helpers: who holds a port has been handed it. */
const onlyFiles: readonly { readonly room: string; readonly of: string; readonly files: readonly string[] }[] = [
	{ room: "devices", of: "ports", files: ["port.ts", "port-label.ts"] },
	{ room: "drivers", of: "ports", files: ["port.ts", "port-label.ts"] },
	{ room: "acquirers", of: "ports", files: ["port.ts", "port-label.ts"] },
	{ room: "keys", of: "ports", files: ["port.ts", "port-label.ts"] },
	{ room: "diagnostics", of: "ports", files: ["port.ts", "port-label.ts"] },
	{ room: "diagnostics", of: "acquirers", files: ["host-line.ts", "profile.ts"] },
	{ room: "config", of: "ports", files: ["port.ts", "port-label.ts"] },
];

/** Packages that belong to one kind of work, and the rooms that do it. */
const packageRooms: Readonly<Record<string, readonly string[]>> = {
	"node:crypto": ["crypto", "keys"],
	"node:net": ["ports"],
	"node:tls": ["ports"],
	"node:http": ["api"],
	"node:sqlite": ["journal"],
	serialport: ["ports"],
	"@lydell/node-pty": ["simulators"],
	fastify: ["api"],
	commander: ["cli"],
	winston: ["kernel"],
	pkcs11js: ["keys"],
};

interface SourceFile {
	readonly path: string;
	readonly room: string;
	readonly text: string;
	readonly imports: readonly string[];
}

const files: readonly SourceFile[] = readdirSync(source, { recursive: true, encoding: "utf8" })
	.filter((path) => path.endsWith(".ts"))
	.map((path) => {
		const text = readFileSync(join(source, path), "utf8");
		const imports = [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(([, name = ""]) => name);
		return { path, room: path.split("/")[0] ?? path, text, imports };
	});

/** The files of our own that a file imports, relative to `src/`. */
function ownImports({ path, imports }: SourceFile): readonly string[] {
	return imports.filter((name) => name.startsWith(".")).map((name) => relative(source, join(source, path, "..", name)));
}

function offenders(isOffence: (file: SourceFile, imported: string) => boolean): readonly string[] {
	return files.flatMap((file) =>
		ownImports(file)
			.filter((imported) => isOffence(file, imported))
			.map((imported) => `${file.path} imports ${imported}`),
	);
}

const roomOf = (path: string): string => path.split("/")[0] ?? path;

describe("the house", () => {
	test("has the rooms of the plan and no others", () => {
		const unknown = files.filter(({ room }) => mayImport[room] === undefined).map(({ path }) => path);
		expect(unknown).toEqual([]);
	});

	test("rooms look only into the rooms they may", () => {
		const isOffence = ({ room }: SourceFile, imported: string): boolean =>
			roomOf(imported) !== room && !(mayImport[room] ?? []).includes(roomOf(imported));
		expect(offenders(isOffence)).toEqual([]);
	});

	test("contracts, not implementations, cross the walls to the ports", () => {
		const isOffence = ({ room }: SourceFile, imported: string): boolean =>
			onlyFiles.some(
				(rule) =>
					rule.room === room &&
					roomOf(imported) === rule.of &&
					!rule.files.includes(imported.slice(rule.of.length + 1)),
			);
		expect(offenders(isOffence)).toEqual([]);
	});

	test("clear keys and PINs are out of reach of the payment path", () => {
		const allowed = ["crypto", "keys", "simulators"];
		expect(offenders(({ room }, imported) => imported.startsWith("crypto/clear/") && !allowed.includes(room))).toEqual(
			[],
		);
	});

	test("drivers do not know each other", () => {
		const family = (path: string): string => path.split("/").slice(0, 2).join("/");
		const isOffence = ({ room, path }: SourceFile, imported: string): boolean =>
			room === "drivers" &&
			path !== "drivers/index.ts" &&
			roomOf(imported) === "drivers" &&
			family(imported) !== family(path);
		expect(offenders(isOffence)).toEqual([]);
	});

	test("packages stay in the rooms that do their work", () => {
		const strays = files.flatMap(({ path, room, imports }) =>
			imports
				.filter((name) => packageRooms[name] !== undefined && !packageRooms[name].includes(room))
				.map((name) => `${path} imports ${name}`),
		);
		expect(strays).toEqual([]);
	});

	test("the environment is read at the edge only", () => {
		const readers = files.filter(({ text, room }) => /process\.env\b/.test(text) && !["cli", "config"].includes(room));
		expect(readers.map(({ path }) => path)).toEqual([]);
	});
});
