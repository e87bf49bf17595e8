import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { z } from "zod";

const answer = z.union([
	z.object({ id: z.unknown(), ok: z.literal(true), result: z.record(z.string(), z.unknown()) }),
	z.object({ id: z.unknown(), ok: z.literal(false), error: z.string().regex(/^[a-z_0-9]+: ./) }),
]);

const root = new URL("../..", import.meta.url);

/** What the oracle prints for these lines, through npm as anyone would start it. */
async function ask(lines: readonly string[]): Promise<readonly z.output<typeof answer>[]> {
	const child = spawn("npm", ["run", "-s", "crypto:oracle"], { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
	child.stdin.end(lines.map((line) => `${line}\n`).join(""));
	const printed = await text(child.stdout);
	expect(printed.endsWith("\n")).toBe(true);
	return printed
		.slice(0, -1)
		.split("\n")
		.map((line) => answer.parse(JSON.parse(line)));
}

const tdesKey = "0123456789abcdeffedcba9876543210";
const aesKey = "2b7e151628aed2a6abf7158809cf4f3c";
const kbpk = "E5E3EFB0F1ADD057A1F116FBF7977AF7";
const keyBlock = "A0072P0TE00E000014F4017B51C27B541AAEF7F6CA8DCCEE6E1505A3D2CB73182F57D966";
const pan = "5555555551234567";

/** One question for each function; the answers are published or vector values. */
const questions: readonly { fn: string; args: Record<string, unknown>; result: Record<string, unknown> }[] = [
	{ fn: "pinblock.encode", args: { format: 0, pin: "1234", pan }, result: { pinBlock: "041261AAAAEDCBA9" } },
	{
		fn: "pinblock.encode",
		args: { format: 1, pin: "12345", fillHex: "edcba9876", pan: null },
		result: { pinBlock: "1512345EDCBA9876" },
	},
	{ fn: "pinblock.encode", args: { format: 2, pin: "34567" }, result: { pinBlock: "2534567FFFFFFFFF" } },
	{
		fn: "pinblock.encode",
		args: { format: 3, pin: "123456789012", pan, fillHex: "ff" },
		result: { pinBlock: "3C1261032D8226A9" },
	},
	{ fn: "pinblock.decode", args: { format: 0, pinBlock: "041261aaaaedcba9", pan }, result: { pin: "1234" } },
	{
		fn: "pinblock.encipher4",
		args: { key: "00112233445566778899AABBCCDDEEFF", pin: "123456", pan: "1", randomHex: "FFFFFFFFFFFFFFFF" },
		result: { pinBlock: "39B69B1B91FE05D48F7EF0D68EB2CBD6" },
	},
	{
		fn: "pinblock.decipher4",
		args: { key: "00112233445566778899AABBCCDDEEFF", pinBlock: "39B69B1B91FE05D48F7EF0D68EB2CBD6", pan: "1" },
		result: { pin: "123456" },
	},
	{ fn: "pad", args: { method: 2, data: "1234" }, result: { padded: "1234800000000000" } },
	{
		fn: "mac.alg1.tdes",
		args: { key: "0123456789abcdef", data: "4e6f77206973207468652074696d6520666f7220616c6c20", padding: 1, length: 4 },
		result: { mac: "70A30640" },
	},
	{
		fn: "mac.alg1.aes",
		args: { key: "AAF3BFF060781F16FCBEC22714FACD8B", data: "D62098ECE1F7D0197DAB672326368D2C", padding: 1 },
		result: { mac: "0856378077FC104A200905E75D951479" },
	},
	{
		fn: "mac.alg3",
		args: { key: tdesKey, data: "4e6f77206973207468652074696d6520666f7220616c6c20", padding: 1 },
		result: { mac: "A1C72E74EA3FA9B6" },
	},
	{ fn: "cmac.aes", args: { key: aesKey, data: "" }, result: { mac: "BB1D6929E95937287FA37D129B756746" } },
	{
		fn: "cmac.tdes",
		args: { key: "0123456789ABCDEF23456789ABCDEF01", data: "", length: null },
		result: { mac: "79CE52A7F786A960" },
	},
	{ fn: "mac.cup", args: { key: "5CBE7E38A146FD5C", data: "010203" }, result: { mac: "F11F2C27" } },
	{ fn: "kcv", args: { algorithm: "TDES", method: "ecb-zeros", key: tdesKey }, result: { kcv: "08D7B4" } },
	{
		fn: "key.combine",
		args: { components: ["0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F", "0E2C4A6886A4C2E0F1D3B597795B3D1F"] },
		result: { key: tdesKey.toUpperCase() },
	},
	{ fn: "key.parity", args: { key: "E2663299612DCC64" }, result: { key: "E3673298612CCD64" } },
	{
		fn: "key.variant.atalla",
		args: { key: "0123456789ABCDEF", variant: 1 },
		result: { key: "0923456789ABCDEF" },
	},
	{
		fn: "tdes",
		args: { key: tdesKey, mode: "ecb", iv: null, data: "08D7B4FB629D0885", encrypt: false },
		result: { data: "0000000000000000" },
	},
	{
		fn: "aes",
		args: {
			key: "000102030405060708090a0b0c0d0e0f",
			mode: "cbc",
			iv: "00".repeat(16),
			data: "00112233445566778899aabbccddeeff",
		},
		result: { data: "69C4E0D86A7B0430D8CDB78070B4C55A" },
	},
	{
		fn: "dukpt.tdes",
		args: { bdk: tdesKey, ksn: "ffff9876543210e00001" },
		result: {
			ipek: "6AC292FAA1315B4D858AB3A3D7D5933A",
			transactionKey: "042666B49184CFA368DE9628D0397BC9",
			pinKey: "042666B49184CF5C68DE9628D0397B36",
			macRequestKey: "042666B4918430A368DE9628D03984C9",
			macResponseKey: "042666B46E84CFA368DE96282F397BC9",
			dataRequestKey: "448D3F076D8304036A55A3D7E0055A78",
			dataResponseKey: "AD7BFC8B06AD3A08A560B4105CF8D9E5",
		},
	},
	{
		fn: "dukpt.tdes.next",
		args: { ksn: "FFFF9876543210EFFC00" },
		result: { ksn: "FFFF9876543210F00000" },
	},
	{
		fn: "dukpt.aes",
		args: {
			ik: "1273671EA26AC29AFA4D1084127652A1",
			ksn: "123456789012345600000001",
			usage: "pin",
			algorithm: "AES128",
		},
		result: {
			initialKey: "1273671EA26AC29AFA4D1084127652A1",
			derivationKey: "4F21B565BAD9835E112B6465635EAE44",
			key: "AF8CB133A78F8DC2D1359F18527593FB",
		},
	},
	{
		fn: "dukpt.aes.next",
		args: { ksn: "12345678901234560001FFFE" },
		result: { ksn: "123456789012345600020000" },
	},
	{
		fn: "dukpt.aes.update",
		args: { bdk: "FEDCBA9876543210F1F1F1F1F1F1F1F1", ikid: "1234567890123456", algorithm: "AES128" },
		result: { key: "9A9770AEE1ACD1B13473D0463A1883B9" },
	},
	{
		fn: "tr31.wrap",
		args: { kbpk, header: "A0000P0TE00E0000", key: "A4BFBC62D9E09DB667F1256EE68FA83E", padding: "1E56A534BBDC" },
		result: { keyBlock },
	},
	{
		fn: "tr31.unwrap",
		args: { kbpk, keyBlock: keyBlock.slice(0, 16) + keyBlock.slice(16).toLowerCase() },
		result: {
			version: "A",
			usage: "P0",
			algorithm: "T",
			mode: "E",
			keyVersion: "00",
			exportability: "E",
			key: "A4BFBC62D9E09DB667F1256EE68FA83E",
			optionalBlocks: {},
		},
	},
	{
		fn: "tr31.unwrap",
		args: {
			kbpk: "B8ED59E0A279A295E9F5ED7944FD06B9",
			keyBlock:
				"A0112P0TE12E0200KS1400604B120F929280PB047A1BB737854CD7AF58A8A1E4506A942277EDA76EBA6BA228AF62ADDA3AD8799E8B2C8CD7",
		},
		result: {
			version: "A",
			usage: "P0",
			algorithm: "T",
			mode: "E",
			keyVersion: "12",
			exportability: "E",
			key: "F039121BEC83D26B169BDCD5B22AAF8F",
			optionalBlocks: { KS: "00604B120F929280" },
		},
	},
];

test("answers each function, in order, and repeats each id", async () => {
	const answers = await ask(questions.map(({ fn, args }, index) => JSON.stringify({ id: { index }, fn, args })));
	expect(answers).toEqual(questions.map(({ result }, index) => ({ id: { index }, ok: true, result })));
});

test("a malformed line is answered, and the next one as well", async () => {
	const question = (fn: string, args: unknown): string => JSON.stringify({ id: 7, fn, args });
	const malformed = [
		"",
		"{",
		"null",
		"5",
		"[]",
		"{}",
		'{"fn":"pad"}',
		question("constructor", {}),
		question("nothing", {}),
		question("kcv", null),
		question("key.parity", { key: "123" }),
		question("key.parity", { key: "XX" }),
		question("key.parity", { key: "0011" }),
		question("key.parity", { key: 11 }),
		question("pinblock.encode", { format: 0, pin: 1234, pan }),
		question("pinblock.encode", { format: 0, pin: "1234" }),
		question("pinblock.encode", { format: 4, pin: "1234", pan }),
		question("pinblock.encode", { format: 1, pin: "1234" }),
		question("pad", { method: 4, data: "" }),
		question("pad", { method: 1, data: "", blockSize: 12 }),
		question("mac.cup", { key: "5CBE7E38A146FD5C", data: "" }),
		question("mac.cup", { key: "5CBE7E38A146FD5C", data: "00", length: 17 }),
		question("cmac.aes", { key: aesKey, data: "", length: 17 }),
		question("kcv", { algorithm: "TDES", method: "ecb-zeros", key: tdesKey, length: 0 }),
		question("key.combine", { components: [tdesKey] }),
		question("tdes", { key: tdesKey, mode: "cbc", data: "" }),
		question("tdes", { key: tdesKey, mode: "ecb", data: "00" }),
		question("dukpt.tdes", { ksn: "FFFF9876543210E00001" }),
		question("dukpt.tdes", { bdk: tdesKey, ipek: tdesKey, ksn: "FFFF9876543210E00001" }),
		question("dukpt.tdes.next", { ksn: "FFFF9876543210FFFFFF" }),
		question("dukpt.aes.next", { ksn: "1234567890123456FFFF0000" }),
		question("tr31.unwrap", { kbpk, keyBlock: `${keyBlock.slice(0, -1)}7` }),
		question("tr31.unwrap", { kbpk, keyBlock: "" }),
		question("tr31.wrap", { kbpk, header: "A0000P0TE00E0000", key: tdesKey, padding: "" }),
	];
	const valid = question("key.parity", { key: "E2663299612DCC64" });
	const answers = await ask(malformed.flatMap((line) => [line, valid]));
	expect(answers.map(({ ok }) => ok)).toEqual(malformed.flatMap(() => [false, true]));
	expect(answers.at(-2)?.id).toBe(7);
	expect(answers[0]?.id).toBe(null);
});
