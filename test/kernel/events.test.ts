import { expect, it } from "vitest";
import { Events } from "../../src/kernel/events.ts";

it("calls listeners at once, in order of subscription", () => {
	const events = new Events<number>();
	const heard: string[] = [];
	events.subscribe((event) => heard.push(`a${event}`));
	events.subscribe((event) => heard.push(`b${event}`));
	events.emit(1);
	events.emit(2);
	expect(heard).toEqual(["a1", "b1", "a2", "b2"]);
});

it("stops calling whoever unsubscribed, even while it emits", () => {
	const events = new Events<number>();
	const heard: number[] = [];
	const stops: (() => void)[] = [];
	events.subscribe(() => stops.forEach((stop) => stop()));
	stops.push(events.subscribe((event) => heard.push(event)));
	events.emit(1);
	expect(heard).toEqual([]);
});

it("does not let a listener that throws stop the others, and tells the emitter", () => {
	const events = new Events<number>();
	const heard: number[] = [];
	const problem = new Error("mine");
	events.subscribe(() => {
		throw problem;
	});
	events.subscribe((event) => heard.push(event));
	expect(() => events.emit(1)).toThrow(problem);
	expect(heard).toEqual([1]);
});

it("gathers the errors when several listeners throw", () => {
	const events = new Events<number>();
	const problems = [new Error("one"), new Error("two")];
	for (const problem of problems) {
		events.subscribe(() => {
			throw problem;
		});
	}
	expect(() => events.emit(1)).toThrow(new AggregateError(problems, "2 listeners failed"));
});
