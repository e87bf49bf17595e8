interface Label {
	readonly zh: string;
	readonly en: string;
}

/** The words on a slip, in both languages. */
export const slipLabels = {
	merchantCopy: { zh: "商户存根", en: "MERCHANT COPY" },
	customerCopy: { zh: "持卡人存根", en: "CUSTOMER COPY" },
	duplicate: { zh: "重打印凭证", en: "DUPLICATED" },
	testMode: { zh: "测试用 凭证无效", en: "TEST ONLY, NOT VALID" },
	type: { zh: "交易类型", en: "TRANS TYPE" },
	sale: { zh: "消费", en: "SALE" },
	void: { zh: "消费撤销", en: "VOID" },
	refund: { zh: "退货", en: "REFUND" },
	preauth: { zh: "预授权", en: "PRE-AUTH" },
	preauth_void: { zh: "预授权撤销", en: "PRE-AUTH VOID" },
	completion: { zh: "预授权完成", en: "COMPLETION" },
	completion_void: { zh: "预授权完成撤销", en: "COMPLETION VOID" },
	balance: { zh: "余额查询", en: "BALANCE" },
	doubtful: { zh: "结果未知", en: "RESULT UNKNOWN" },
	declined: { zh: "交易失败", en: "DECLINED" },
	reversed: { zh: "冲正成功", en: "REVERSED" },
	notReversed: { zh: "未冲正", en: "NOT REVERSED" },
	merchantId: { zh: "商户编号", en: "MID" },
	terminalId: { zh: "终端编号", en: "TID" },
	operator: { zh: "操作员号", en: "OPERATOR" },
	issuer: { zh: "发卡行", en: "ISSUER" },
	acquirer: { zh: "收单行", en: "ACQUIRER" },
	card: { zh: "卡号", en: "CARD NO" },
	batch: { zh: "批次号", en: "BATCH NO" },
	voucher: { zh: "凭证号", en: "VOUCHER NO" },
	approvalCode: { zh: "授权码", en: "AUTH CODE" },
	retrievalReference: { zh: "参考号", en: "REF NO" },
	originalVoucher: { zh: "原凭证号", en: "ORIG VOUCHER" },
	originalReference: { zh: "原参考号", en: "ORIG REF NO" },
	originalApproval: { zh: "原授权码", en: "ORIG AUTH" },
	originalDate: { zh: "原交易日期", en: "ORIG DATE" },
	supervisor: { zh: "主管", en: "SUPERVISOR" },
	dateTime: { zh: "日期时间", en: "DATE/TIME" },
	amount: { zh: "金额", en: "AMOUNT" },
	reference: { zh: "订单号", en: "ORDER" },
	remark: { zh: "备注", en: "REMARK" },
	signature: { zh: "持卡人签名", en: "SIGNATURE" },
	consent: { zh: "本人确认以上交易，同意将其记入本卡账户", en: "I AGREE TO THE ABOVE TRANSACTION" },
} as const satisfies Record<string, Label>;

export type SlipLabel = keyof typeof slipLabels;
