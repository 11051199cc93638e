// Every text of the console, in English and Chinese. Words of the wire, of scenario files and of the journal (operations,
// outcomes, phases) are the same in both and never translated.

const TEXTS = {
  // key: [English, Chinese]
  language: ["中文", "English"],
  skip: ["Skip to the list", "跳到列表"],
  scenario: ["Scenario", "场景"],
  seed: ["seed {seed}", "种子 {seed}"],
  phase: ["Phase", "阶段"],
  status: ["Status", "状态"],
  live: ["Live", "实时"],
  connecting: ["Connecting", "连接中"],
  lost: ["Reconnecting", "重新连接"],
  ordersOpen: ["Orders open", "未付订单"],
  ordersPaid: ["Orders paid", "已付订单"],
  acknowledged: ["Callbacks: acknowledged", "回调：已确认"],
  pending: ["pending", "等待中"],
  held: ["held", "已扣留"],
  lostCallbacks: ["lost", "已丢失"],
  books: ["Books", "账目"],
  workers: ["Workers busy, waiting", "忙碌, 排队"],
  balanced: ["balanced", "平衡"],
  unbalanced: ["off by {sum}", "相差 {sum}"],
  release: ["Release {count} held", "放行 {count} 个"],
  released: ["Held callbacks are released.", "已放行被扣留的回调。"],
  phaseSwitched: ["The phase is now {name}.", "已切换到阶段 {name}。"],
  rules: ["Rule hits", "规则命中"],
  rule: ["Rule", "规则"],
  actsOn: ["On", "作用于"],
  hits: ["Hits", "命中"],
  noRules: ["This scenario has no rules.", "此场景没有规则。"],
  feed: ["Exchanges and callbacks", "请求与回调"],
  lines: ["Newest first", "最新在前"],
  find: ["Order number or id", "商户订单号或订单 ID"],
  open: ["Open", "打开"],
  shop: ["Shop", "商户"],
  operation: ["Operation", "操作"],
  outcome: ["Outcome", "结果"],
  allShops: ["All shops", "全部商户"],
  allOperations: ["All operations", "全部操作"],
  allOutcomes: ["All outcomes", "全部结果"],
  trouble: ["Only trouble", "仅异常"],
  pause: ["Pause", "暂停"],
  resume: ["Resume", "继续"],
  resumeNew: ["Resume · {count} new", "继续 · {count} 条新"],
  feedEmpty: ["Nothing yet. Point your client at the gateway; every call appears here.", "暂无记录。让您的程序调用网关，每次请求都会显示在这里。"],
  feedNoMatch: ["No line fits the filter.", "没有符合筛选条件的记录。"],
  feedShown: ["{shown} of {kept} lines shown", "显示 {shown} / {kept} 条"],
  found: ["Orders found", "找到的订单"],
  notFound: ["No order has the number or id {needle}.", "没有编号或 ID 为 {needle} 的订单。"],
  detail: ["Details", "详情"],
  views: ["Views", "视图"],
  back: ["‹ List", "‹ 列表"],
  story: ["Story", "经过"],
  signature: ["Why did my signature fail?", "签名为何失败？"],
  emptyHeading: ["Choose a line to see its whole story", "选择一条记录查看完整经过"],
  emptyAbout: ["Request, decision, ledger, answer and every callback attempt, with the bytes of both sides.", "请求、决策、账本、应答与每次回调，以及双方的原始字节。"],
  lineHeading: ["{operation}, line {seq}", "{operation}，第 {seq} 行"],
  opened: ["Opened", "创建时间"],
  paid: ["Paid", "支付时间"],
  callback: ["Callback", "回调"],
  fee: ["Fee", "手续费"],
  cashier: ["Cashier", "收银台"],
  secondFactor: ["code asked, {wrong} wrong", "已验证码，{wrong} 次错误"],
  callbackState: ["{state} · attempts: {attempts}", "{state} · 尝试 {attempts} 次"],
  callbackCopies: ["{state} · attempts: {attempts}, with copies: {deliveries}", "{state} · 尝试 {attempts} 次，含副本 {deliveries} 次"],
  none: ["none", "无"],
  pay: ["Pay", "支付"],
  decline: ["Decline", "拒绝"],
  replay: ["Replay callback", "重发回调"],
  done_pay: ["The order is paid.", "订单已支付。"],
  done_decline: ["The order is declined.", "订单已拒绝。"],
  done_replay: ["The callback is on its way again.", "回调正在重新发送。"],
  ledgerOpened: ["Ledger: order opened", "账本：订单已创建"],
  ledgerPaid: ["Ledger: order paid, the callback is owed", "账本：订单已支付，需发送回调"],
  attempt: ["attempt {count}", "第 {count} 次"],
  request: ["Request", "请求"],
  answer: ["Answer", "应答"],
  sent: ["Sent to the shop", "发送给商户"],
  shopAnswered: ["The shop's answer", "商户的应答"],
  decision: ["Decision", "决策"],
  ledger: ["Ledger", "账本"],
  reply: ["Reply", "回复"],
  delay: ["Delay", "延迟"],
  waited: [" (waited {time})", "（实际等待 {time}）"],
  worker: ["Worker", "处理者"],
  served: ["waited {queued}, served in {service}", "排队 {queued}，处理 {service}"],
  hit: ["Hit by rule", "命中规则"],
  draw: ["{axis}: {name} (drew {share})", "{axis}：{name}（抽得 {share}）"],
  noDecision: ["No decision was made: the call was refused before.", "未做决策：请求在此之前被拒绝。"],
  reason: ["Reason", "原因"],
  noBody: ["No body", "没有内容"],
  noBytes: ["The bytes are not kept.", "字节未保留。"],
  bytes: ["{bytes} bytes", "{bytes} 字节"],
  pretty: ["Pretty", "美化"],
  raw: ["Raw", "原文"],
  copy: ["Copy", "复制"],
  copied: ["Copied.", "已复制。"],
  contentType: ["Content type", "内容类型"],
  body: ["Request body, exactly as sent", "请求正文（与发送内容完全一致）"],
  diagnose: ["Find the mistake", "查找错误"],
  doctorHeading: ["Why did my signature fail?", "签名为何失败？"],
  doctorAbout: ["Paste the body of a refused call. Known mistakes are tried one by one; only one whose sign really matches is named.", "粘贴被拒绝请求的正文。逐一尝试已知错误，只报告签名完全吻合的那一个。"],
  matches: ["The signature is right.", "签名正确。"],
  mistakeUnknown: ["The sign matches no known mistake. Compare your string with the one below.", "签名不符合任何已知错误。请与下方字符串比较。"],
  remedy: ["Remedy", "解决方法"],
  canonical: ["The string to sign ({algorithm})", "待签名字符串（{algorithm}）"],
  steps: ["Step by step", "分步说明"],
  drill: ["Drill", "演练"],
  drillHeading: ["Change the drill while it goes on", "在进行中调整演练"],
  elapsed: ["Since its start", "已进行"],
  jump: ["Jump to a phase", "跳到阶段"],
  faults: ["Faults with a time to live", "限时故障"],
  noFaults: ["No fault is on.", "当前没有故障。"],
  name: ["Name", "名称"],
  ttl: ["Ends after", "持续时间"],
  faultText: ["What happens, as a rule of a scenario file", "故障内容（与场景文件中的规则写法相同）"],
  putFault: ["Turn on", "启用"],
  faultPut: ["The fault {name} is on.", "故障 {name} 已启用。"],
  faultLifted: ["The fault {name} is off.", "故障 {name} 已关闭。"],
  faultLeft: ["ends in {seconds} s", "{seconds} 秒后结束"],
  faultLeftHits: ["ends in {seconds} s · hits: {hits}", "{seconds} 秒后结束 · 命中 {hits} 次"],
  lift: ["Turn off", "关闭"],
  liftNamed: ["Turn off {name}", "关闭 {name}"],
  swapHeading: ["Another scenario", "更换场景"],
  swapText: ["A whole scenario file", "完整的场景文件"],
  askSwap: ["Show what would change", "预览变化"],
  putSwap: ["Put in force", "启用场景"],
  swapped: ["The scenario is now {name}.", "已更换为场景 {name}。"],
  unchanged: ["Nothing differs.", "没有差异。"],
  tokenHeading: ["This console asks for a token", "此控制台需要令牌"],
  tokenAbout: ["It is the gateway's admin_token. It stays in this tab.", "即网关的 admin_token，仅保存在此标签页。"],
  tokenWrong: ["That token is wrong. Try again.", "令牌错误，请重试。"],
  token: ["Token", "令牌"],
  enter: ["Enter", "进入"],
  unreachable: ["The gateway does not answer.", "网关没有响应。"],
};
const LANGUAGES = [
  { tag: "en", name: "en" },
  { tag: "zh-CN", name: "zh" },
];

let language = saved() ?? (navigator.language.toLowerCase().startsWith("zh") ? 1 : 0);

/** A text in the language of the page; `{name}` is filled from `values`. */
export function text(key, values = {}) {
  const words = TEXTS[key]?.[language] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Writes every fixed text below `document`: content, labels and placeholders. */
export function localise() {
  document.documentElement.lang = LANGUAGES[language].tag;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
  }
  for (const element of document.querySelectorAll("[data-placeholder]")) {
    element.placeholder = text(element.dataset.placeholder);
  }
  const button = document.getElementById("language");
  button.textContent = text("language");
  button.lang = LANGUAGES[1 - language].tag;
}

/** Changes to the other language and tells every listener of `language` on the document. */
export function switchLanguage() {
  language = 1 - language;
  try {
    localStorage.setItem("language", LANGUAGES[language].name);
  } catch {
    // A browser that stores nothing forgets the choice; the page works all the same.
  }
  localise();
  document.dispatchEvent(new Event("language"));
}

function saved() {
  try {
    const name = localStorage.getItem("language");
    const index = LANGUAGES.findIndex((each) => each.name === name);
    return index === -1 ? null : index;
  } catch {
    return null;
  }
}
