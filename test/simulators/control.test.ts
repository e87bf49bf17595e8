import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type ControlPort, openControlPort } from "../../src/simulators/control.ts";
import { type ControlClient, controlClient } from "../support/control-client.ts";

const switches = z.strictObject({ silent: z.boolean() });
let state = { silent: false, note: "读卡" };
let unplugged = 0;
let control: ControlPort;
let client: ControlClient;

beforeEach(async () => {
	state = { silent: false, note: "读卡" };
	unplugged = 0;
	control = await openControlPort(0, {
		set: (changes) => {
			state = { ...state, ...switches.parse(changes) };
		},
		get: () => state,
		actions: {
			unplug: async () => {
				unplugged += 1;
			},
		},
	});
	client = controlClient(control.port);
});

afterEach(async () => {
	client.close();
	await control.close();
});

test("sets, gets and does", async () => {
	expect(await client.ask({ set: { silent: true } })).toEqual({ ok: true });
	expect(await client.ask({ get: true })).toEqual({ ok: true, state: { silent: true, note: "读卡" } });
	expect(await client.ask({ do: "unplug" })).toEqual({ ok: true });
	expect(unplugged).toBe(1);
});

test.each([
	["an unknown action", { do: "explode" }, /no action "explode", try unplug/],
	["an unknown switch", { set: { loud: true } }, /loud/],
	["no request at all", { hello: 1 }, /./],
	["no JSON", "{", /JSON/],
])("refuses %s and goes on", async (_name, request, error) => {
	const answer = await client.ask(request);
	expect(answer.ok).toBe(false);
	expect(answer.error).toMatch(error);
	expect((await client.ask({ get: true })).ok).toBe(true);
});
