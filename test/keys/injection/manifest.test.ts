import { describe, expect, it } from "vitest";
import { parseManifest } from "../../../src/keys/injection/manifest.ts";
import { faultOf } from "../vault/key-store-contract.ts";

const block = "B0080P0TE00N00003C4F5024C59C182F7165BC870FCB7F63456AAE07DB736C32EA391E5834C1AA0C";

const yaml = `# two pads
keys:
  - serial: "35010001"
    slot: 0
    role: TMK
    algorithm: TDES2
    from: tmk-1
    kcv: 081234
  - { serial: A-7, slot: 0/1, role: TPK, algorithm: TDES2, block: ${block}, under: kbpk, kek: tmk-1, kcv: d2b91c00 }
  - serial: A-7
    slot: 0
    role: IPEK
    algorithm: AES128
    from: bdk
    kcv: 2331550bc9
    ksn: "1234567890123456"
`;

const csv = `serial,slot,role,algorithm,from,block,under,kek,kcv,ksn
35010001,0,TMK,TDES2,tmk-1,,,,081234,

A-7,0/1,TPK,TDES2,,${block},kbpk,tmk-1,D2B91C00,
"A-7","0","IPEK","AES128","bdk",,,,2331550BC9,1234567890123456
`;

it("reads YAML and CSV to the same rows and the same batch", () => {
	const fromYaml = parseManifest("yaml", yaml);
	expect(fromYaml.rows).toEqual([
		{
			line: 3,
			serial: "35010001",
			place: { kind: "master", slot: 0 },
			role: "TMK",
			algorithm: "TDES2",
			source: { kind: "held", name: "tmk-1" },
			kek: undefined,
			kcv: "081234",
			ksn: undefined,
		},
		{
			line: 9,
			serial: "A-7",
			place: { kind: "working", master: 0, slot: 1 },
			role: "TPK",
			algorithm: "TDES2",
			source: { kind: "block", block, under: "kbpk" },
			kek: "tmk-1",
			kcv: "D2B91C00",
			ksn: undefined,
		},
		{
			line: 10,
			serial: "A-7",
			place: { kind: "initial", engine: 0 },
			role: "IPEK",
			algorithm: "AES128",
			source: { kind: "held", name: "bdk" },
			kek: undefined,
			kcv: "2331550BC9",
			ksn: "1234567890123456",
		},
	]);
	const fromCsv = parseManifest("csv", csv);
	expect(fromCsv.batch).toBe(fromYaml.batch);
	expect(fromCsv.rows.map(({ line }) => line)).toEqual([2, 4, 5]);
});

it("makes another batch of another manifest", () => {
	expect(parseManifest("yaml", yaml.replace("slot: 0\n", "slot: 1\n")).batch).not.toBe(
		parseManifest("yaml", yaml).batch,
	);
});

describe("says what is wrong, and where", () => {
	const row = { serial: "1", slot: "0", role: "TMK", algorithm: "TDES2", from: "k", kcv: "08D7B4" };

	it.each([
		["no serial number", { serial: undefined }, "line 1: serial"],
		["a role that is none", { role: "PIN" }, "line 1: role"],
		["single DES", { algorithm: "DES" }, "line 1: algorithm"],
		["a column that is none", { kvc: "08D7B4" }, "kvc"],
		["a check value too short", { kcv: "08D7" }, "6 to 16 hex digits"],
		["a working slot for a master key", { slot: "0/1" }, "no slot 0/1"],
		["a master slot for a working key", { role: "TPK" }, "no slot 0"],
		["a BDK for a pad", { role: "BDK" }, "a BDK has no slot"],
		["no source", { from: undefined }, "`from` the vault"],
		["two sources", { block, under: "k" }, "`from` the vault"],
		["a block under nothing", { from: undefined, block }, "`from` the vault"],
		["a serial number for a master key", { ksn: "FFFF9876543210E00000" }, "ksn: only an initial key"],
		["an initial key without serial number", { role: "IPEK" }, "ksn: an initial key of TDES2"],
		["a TDES serial number for AES", { role: "IPEK", algorithm: "AES128", ksn: "FFFF9876543210E00000" }, "16 or 24"],
	] as const)("%s", (_, change, text) => {
		const parse = (): unknown => parseManifest("yaml", JSON.stringify({ keys: [{ ...row, ...change }] }));
		expect(parse).toThrow(faultOf("manifest_invalid"));
		expect(parse).toThrow(text);
	});

	it("all of it at once", () => {
		const rows = [row, { ...row, serial: "2", kcv: "X" }, { ...row, serial: "3", role: "X" }, row];
		expect(() =>
			parseManifest("yaml", `keys:\n${rows.map((cells) => `- ${JSON.stringify(cells)}\n`).join("")}`),
		).toThrow(/line 3: kcv.*line 4: role.*line 5: pad 1, master 0 is in line 2 already/);
	});

	it.each([
		["yaml", "keys: [", "no YAML"],
		["yaml", "rows: []", "no list under `keys`"],
		["yaml", "keys: []", "lists no keys"],
		["yaml", "keys: [1]", "line 1"],
		["csv", "", "lists no keys"],
		["csv", "serial,slots\n1,2\n", 'no column "slots"'],
		["csv", 'serial\n"1"2\n', "quotation mark"],
	] as const)("a %s of no use: %j", (format, text, problem) => {
		expect(() => parseManifest(format, text)).toThrow(faultOf("manifest_invalid"));
		expect(() => parseManifest(format, text)).toThrow(problem);
	});
});
