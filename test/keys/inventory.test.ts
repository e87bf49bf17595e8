import { describe, expect, it } from "vitest";
import { addPads, parsePadList, removePad } from "../../src/keys/inventory.ts";
import { injectionRoom, people } from "./support/injection-room.ts";
import { faultOf } from "./vault/key-store-contract.ts";

it("adds pads once, and takes them out with a reason", () => {
	const { record } = injectionRoom("test", []);
	const pads = parsePadList("serial,model,remark\r\n35010001,KMY3501,box 1\r\n35010002,KMY3501,\r\n");
	expect(addPads(record, people, pads)).toEqual([
		{ serial: "35010001", model: "KMY3501" },
		{ serial: "35010002", model: "KMY3501" },
	]);
	expect(addPads(record, people, pads)).toEqual([]);
	removePad(record, people, { serial: "35010001", reason: "sent back" });
	expect(record.book.inventory.map(({ serial }) => serial)).toEqual(["35010002"]);
	expect(record.entries.map(({ by, event }) => [event.type, ...by])).toEqual([
		["pad_added", "Alice", "Bob"],
		["pad_added", "Alice", "Bob"],
		["pad_removed", "Alice", "Bob"],
	]);
	expect(() => removePad(record, people, { serial: "35010001", reason: "again" })).toThrow(faultOf("pad_unknown"));
});

describe("a list of pads", () => {
	it.each([
		["serial,model\n\n=1,KMY\n", "Line 3: serial"],
		["serial\n1\n", "Line 2: model"],
		[`serial,model\n1,${"x".repeat(41)}\n`, "Line 2: model"],
	])("says where it is wrong: %j", (text, problem) => {
		expect(() => parsePadList(text)).toThrow(faultOf("manifest_invalid"));
		expect(() => parsePadList(text)).toThrow(problem);
	});
});
