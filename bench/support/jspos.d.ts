declare module "jspos" {
	interface FieldPackager {}

	type FieldPackagerClass = new (length: number, description: string, leftPadded?: boolean) => FieldPackager;

	interface ISOMsg {
		setMTI(mti: string): void;
		/** Values of binary fields as hex. */
		setField(field: number, value: string): void;
		getMTI(): string;
		/** Values of binary fields as numbers. */
		getValue(field: number): string | readonly number[];
		pack(): readonly number[];
		unpack(bytes: ArrayLike<number>): void;
	}

	class ISOBasePackager {
		setFieldPackager(fields: readonly (FieldPackager | undefined)[]): void;
		createISOMsg(): ISOMsg;
	}

	const jspos: {
		readonly ISOBasePackager: typeof ISOBasePackager;
		readonly packer: Readonly<
			Record<"IFB_NUMERIC" | "IFB_BITMAP" | "IFB_LLNUM" | "IFB_LLLNUM" | "IF_CHAR" | "IFB_BINARY", FieldPackagerClass>
		>;
	};
	export default jspos;
}
