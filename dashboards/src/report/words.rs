//! Every word of the page, in English and in Chinese. Whatever the page says stands in this table; only what a scenario, a
//! rule or the wire is called is the user's own.
//!
//! A word is written into the page in both languages, and the page's language says which one is seen. `{0}`, `{1}` stand
//! for figures and names, which may come in another order in the other language.

use maud::{Markup, Render, html};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }
}

/// The same words in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
}

/// What stands for `{0}` and so on.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// The same in both languages.
    Text(String),
    /// A word of this table.
    Word(Word),
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Word> for Part {
    fn from(word: Word) -> Self {
        Self::Word(word)
    }
}

impl Word {
    pub(crate) fn of(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.en,
            Language::Chinese => self.zh,
        }
    }

    /// The words with their parts, in one language.
    pub(crate) fn fill(&self, language: Language, parts: &[Part]) -> String {
        let mut said = String::new();
        let mut rest = self.of(language);
        while let Some((before, after)) = rest.split_once('{') {
            let (index, after) = after.split_once('}').expect("the table's braces are closed");
            let index: usize = index.parse().expect("the table's braces hold a number");
            said.push_str(before);
            match parts.get(index) {
                Some(Part::Text(text)) => said.push_str(text),
                Some(Part::Word(word)) => said.push_str(word.of(language)),
                None => said.push('–'),
            }
            rest = after;
        }
        said.push_str(rest);
        said
    }

    /// The words with their parts, in both languages.
    pub(crate) fn with(&self, parts: &[Part]) -> Markup {
        pair(
            &self.fill(Language::English, parts),
            &self.fill(Language::Chinese, parts),
        )
    }
}

impl Render for Word {
    fn render(&self) -> Markup {
        pair(self.en, self.zh)
    }
}

pub(crate) fn pair(en: &str, zh: &str) -> Markup {
    html! {
        span.t lang=(Language::English.tag()) { (en) }
        span.t lang=(Language::Chinese.tag()) { (zh) }
    }
}

macro_rules! words {
    ($($name:ident $en:literal $zh:literal)*) => {
        $(pub(crate) const $name: Word = Word { en: $en, zh: $zh };)*
        /// The whole table.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, Word)] = &[$((stringify!($name), $name)),*];
    };
}

words! {
    // The frame.
    CONTENTS "Contents" "目录"
    LANGUAGE "Language" "语言"
    COLOURS "Colours" "配色"
    COLOURS_SYSTEM "as the system" "跟随系统"
    COLOURS_LIGHT "light" "浅色"
    COLOURS_DARK "dark" "深色"
    WITHOUT_SCRIPT "Charts are drawn by a script that does not run here. Each chart's figures stand in the table below it." "图表由脚本绘制，而此处脚本未运行。每张图下方的表格给出了同样的数据。"
    FOOTER "Response times count from the intended start, service times from the send." "响应时间从计划发起的时刻算起，服务时间从实际发送的时刻算起。"
    FOOTER_CAPACITY "Response times count from the intended start; each step's first seconds are discarded." "响应时间从计划发起的时刻算起；每一级的最初几秒不计入。"
    FACTS "seed {0} · {1} · target {2} · started {3}" "种子 {0} · 历时 {1} · 目标 {2} · 开始于 {3}"
    UNKNOWN_TIME "at an unknown time" "未知时刻"
    STOPPED_EARLY "stopped early" "提前停止"
    MET "met" "通过"
    FAILED "failed" "未通过"
    NOT_JUDGED "not judged" "未判定"
    VALID "VALID" "数据可信"
    SUSPECT "SUSPECT" "数据存疑"
    INVALID "INVALID" "数据不可信"
    YES "yes" "是"
    NO "no" "否"
    AND_MORE "and {0} more" "另有 {0} 条"

    // The story.
    STORY "What happened" "经过与结论"
    ASKED "Asked" "要求"
    HAPPENED "Happened" "经过"
    VERDICT "Verdict" "结论"
    TRUST "Trust" "可信度"
    ASKED_LOAD "Scenario {0} was to send {1} arrivals within {2}, at most {3}/s, to {4}." "场景 {0} 要求在 {2} 内向 {4} 发起 {1} 次到达，到达率最高 {3}/s。"
    ASKED_PHASE "{0}, {1} to {2}: {3}" "{0}，{1} 至 {2}：{3}"
    NO_FAULTS "a healthy wallet" "钱包正常"
    DID_REQUESTS "{0} requests ended; {1} were answered as a healthy wallet answers. Of the errors, {2} are such as the scenario causes and {3} are unexpected." "共有 {0} 个请求结束，其中 {1} 得到了正常钱包会给出的应答。错误中 {2} 个在场景预期之内，{3} 个属于意外。"
    DID_WORST "Worst was {0}: {1} success, p99 of the response time {2}; in {3} it was {4} with p99 {5}." "最差的阶段是 {0}：成功率 {1}，响应时间 p99 为 {2}；而 {3} 阶段成功率为 {4}，p99 为 {5}。"
    DID_RECOVER "After {0}, three whole seconds with 99 % success began {1} s after its end." "{0} 结束 {1} 秒后，成功率开始连续三整秒不低于 99 %。"
    DID_NOT_RECOVER "After {0}, no three whole seconds had 99 % success again." "{0} 结束后，再没有出现连续三整秒成功率不低于 99 % 的情况。"
    DID_CALLBACKS "{0} callbacks were sent and {1} acknowledged; {2} were retried, {3} held back, {4} lost." "发出回调 {0} 次，得到确认 {1} 次；重试 {2} 次，暂扣 {3} 个，丢失 {4} 个。"
    DID_DROP "{0} of {1} arrivals were dropped, and {2} journeys did not end." "{1} 次到达中有 {0} 次被丢弃，{2} 个流程没有走完。"
    DID_ORDERS "{0} of {1} orders failed as the scenario causes, {2} unexpectedly; their stories are told below." "{1} 个订单中，有 {0} 个按场景预期失败，{2} 个意外失败；详情见下文。"
    WHY_MET "All {0} expectations are met." "全部 {0} 条期望均已满足。"
    WHY_NOTHING "The scenario expects nothing." "该场景没有写任何期望。"
    WHY_FAILED "Failed: {0} – observed {1}." "未通过：{0}，实际为 {1}。"
    WHY_NOT_JUDGED "Not judged, as there was nothing to judge: {0}." "无可判定的数据，因此未判定：{0}。"
    WHY_AUDIT "Load and ledger disagree on {0} orders." "压测端与账本对 {0} 个订单的记录不一致。"
    WHY_AUDIT_GOOD "All {0} orders agree with the wallet's ledger." "全部 {0} 个订单都与钱包账本一致。"
    WHY_RULE "Rule {0} does not add up: decided {1}, in the journal {2}, seen {3} times." "规则 {0} 的计数对不上：决定 {1} 次，日志 {2} 次，观察到 {3} 次。"
    WHY_BUDGET "The error budget was spent: {0} unexpected errors in {1} requests. Arrivals ended there." "错误预算已耗尽：{1} 个请求中有 {0} 个意外错误，到达就此停止。"
    WHY_REQUESTS "Arrivals ended after {0} requests, the most that were allowed." "请求数达到上限 {0} 后停止了到达。"
    WHY_INTERRUPTED "The run was stopped before its planned end." "运行在计划结束之前被停止。"
    TRUST_VALID "Nothing speaks against the numbers." "没有发现影响数据可信度的问题。"

    // Tables.
    EXPECTATIONS "Expectations" "期望"
    EXPECTATION "expectation" "期望"
    OBSERVED "observed" "实际"
    AUDIT "Audit" "对账"
    AUDIT_NOT_JUDGED "Not judged: the gateway's admin port is not known, so there was no ledger to audit against." "未判定：不知道网关的管理端口，因此没有账本可供对账。"
    DISAGREE "Load and ledger disagree" "压测端与账本不一致之处"
    ORDERS "orders" "订单"
    OPENED "opened" "已开单"
    REFUSED "refused" "被拒绝"
    UNKNOWN "unknown" "结果未知"
    PAID "paid" "已支付"
    DIFFERENCES "differences" "差异"
    PHASES "Phases" "阶段"
    PHASE "phase" "阶段"
    REQUESTS "requests" "请求数"
    SUCCESS "success" "成功率"
    SERVICE_P99 "service p99" "服务时间 p99"
    MAX "max" "最大"
    ERRORS "errors" "错误"
    UNEXPECTED "unexpected" "意外"
    CLASSES "How requests ended" "请求的结局"
    CLASS "class" "类别"
    COUNT "count" "数量"
    SHARE "share" "占比"
    AS_HEALTHY "as a healthy wallet answers" "正常钱包会给出的应答"
    ERRORS_EXPECTED "errors the scenario can have caused" "场景预期之内的错误"
    ERRORS_UNEXPECTED "unexpected errors" "意外错误"
    OPERATIONS "Operations" "操作"
    OPERATION "operation" "操作"
    JOURNEY_MARK "(journey)" "（流程）"
    ENDED "ended" "结束数"
    APART "By the gateway's journal, its own time and the delays that the scenario injected:" "按网关日志区分的网关自身耗时与场景注入的延迟："
    OWN_P50 "own p50" "自身 p50"
    OWN_P99 "own p99" "自身 p99"
    INJECTED_P50 "injected p50" "注入 p50"
    INJECTED_P99 "injected p99" "注入 p99"
    WATERFALL "From the click to fulfilled" "从点击到完成"
    WATERFALL_NOTE "What the time of each percentile is made of. The parts sum to the whole; the largest but the payer's is what limits." "每个百分位的耗时由哪些部分构成。各部分之和等于总耗时；除付款人之外最大的部分就是瓶颈。"
    JOURNEY "journey" "流程"
    AT "at" "百分位"
    WHOLE "whole" "总耗时"
    LIMITED_BY "limited by" "瓶颈"
    RULES "Rules" "规则"
    RULE "rule" "规则"
    ON "on" "作用于"
    DECIDED "decided" "决定"
    JOURNAL "journal" "日志"
    SEEN "seen" "观察到"
    AGREE "agree" "一致"
    NO_RULES "The scenario has no rules." "该场景没有规则。"
    CALLBACKS "Callbacks" "回调"
    RECEIVED "received" "收到"
    BAD "bad" "不可信"
    SENT "sent" "发出"
    ACKNOWLEDGED "acknowledged" "已确认"
    RETRIED "retried" "重试"
    HELD "held" "暂扣"
    DROPPED "dropped" "丢弃"
    LOST "lost" "丢失"
    ARRIVALS "Arrivals" "到达"
    OFFERED "offered" "应到达"
    STARTED "started" "已发起"
    COMPLETED "completed" "已完成"
    UNFINISHED "unfinished" "未完成"

    // Parts of a journey's time.
    PART_PAYER "payer" "付款人"
    PART_CALLBACK "callback" "回调"
    PART_USERS "users" "等待虚拟用户"
    PART_QUEUE "queue" "排队"
    PART_INJECTED "injected" "注入延迟"
    PART_SERVICE "service" "钱包处理"
    PART_POLL "poll" "轮询间隔"
    PART_MERCHANT "merchant" "商户"

    // Charts.
    OVER_TIME "Over time" "时间序列"
    NO_SECONDS "No complete second was measured." "没有测到完整的一秒。"
    CHARTS_NOTE "All charts share one time axis. Tinted stretches are phases with faults. Drag across a chart to look closer, or choose a phase." "所有图表共用同一时间轴，着色的区段是带有故障的阶段。在图上拖动可放大，也可直接选择阶段。"
    CURSOR "Moment" "时刻"
    WHOLE_RUN "whole run" "整个运行"
    TIMES_SHOWN "Times shown" "显示的时间"
    RESPONSE_TIME "response time" "响应时间"
    SERVICE_TIME "service time" "服务时间"
    AS_TABLE "Figures as a table" "以表格查看数据"
    TIME "time" "时间"
    TARGET_RATE "target" "目标到达率"
    CHART_RATE "Arrivals per second" "每秒到达数"
    CHART_RATE_NOTE "At most {0}/s were asked for; {1} of {2} arrivals were started, {3} dropped, and {4} requests ended per second at the busiest." "要求的到达率最高 {0}/s；{2} 次到达中发起了 {1} 次，丢弃 {3} 次；最忙的一秒结束了 {4} 个请求。"
    CHART_HEAT "Response times of successes" "成功请求的响应时间分布"
    CHART_HEAT_NOTE "Each cell counts the successes of a second within a range of times, on a logarithmic scale. Half of all seconds had a median of at most {0}; the slowest second had a p99 of {1}, at {2}." "每个格子统计一秒内落入某一时间区间的成功请求数，颜色按对数刻度。半数的秒中位数不超过 {0}；最慢的一秒在 {2}，p99 为 {1}。"
    FEW "few" "少"
    MANY "many" "多"
    CHART_TIMES "Percentiles" "百分位"
    CHART_TIMES_NOTE "Of all requests that ended in a second, errors among them, on a logarithmic scale. The worst p50 is {0}, the worst p99 {1}." "统计每秒内结束的全部请求（含错误），纵轴为对数刻度。p50 最高为 {0}，p99 最高为 {1}。"
    BOUND "bound on p99" "p99 上限"
    CHART_ERRORS "Errors per second" "每秒错误数"
    CHART_ERRORS_NOTE "{0} errors the scenario can have caused and {1} unexpected ones, marked so in the legend. Most in a second: {2}, at {3}." "场景预期之内的错误 {0} 个，意外错误 {1} 个（图例中注明）。一秒内最多 {2} 个，出现在 {3}。"
    EXPECTED "expected" "预期"
    CHART_CALLBACKS "Callbacks per second" "每秒回调数"
    CHART_CALLBACKS_NOTE "{0} received and {1} acknowledged in all, {2} retried; most that waited or were held at once: {3}." "共收到 {0} 个，确认 {1} 个，重试 {2} 个；同时等待或暂扣的最多为 {3} 个。"
    WAITING_OR_HELD "waiting or held" "等待或暂扣"
    CHART_CAPACITY "The gateway's capacity" "网关容量"
    CHART_CAPACITY_NOTE "Workers were at most {0} busy, and the p99 of the wait for one was at most {1}." "工作者利用率最高 {0}，等待工作者的 p99 最高 {1}。"
    UTILISATION "utilisation" "利用率"
    QUEUE_WAIT_P99 "queue wait p99" "排队等待 p99"

    // Percentile spectrum.
    SPECTRUM "Percentile spectrum" "百分位谱"
    SPECTRUM_NOTE "How long the given share of requests took at most. The axis stretches towards 100 %, so that the tail is seen. Lines are response times, from the histograms of the run; points are service times, from its summary." "给定比例的请求最多耗时多少。横轴越接近 100 % 越展开，便于看清长尾。折线为响应时间，来自运行的直方图；圆点为服务时间，来自运行摘要。"
    NO_SPECTRUM "The run folder holds no histograms, so there is no spectrum." "运行目录中没有直方图，因此无法给出百分位谱。"
    PERCENTILE "percentile" "百分位"
    ALL_REQUESTS "all requests" "全部请求"
    SUCCESSES "successes" "成功请求"
    SERVICE_OF "service time, {0}" "服务时间，{0}"

    // Failed orders.
    FAILED_ORDERS "Failed orders" "失败的订单"
    FAILED_NOTE "Orders of which the shop did not get what a healthy wallet gives, by the worst that happened. A payer who does not pay is no failure." "商户没有得到正常钱包应给出的结果的订单，按最严重的问题归类。付款人不付款不算失败。"
    FAILED_NONE "None of {0} orders failed." "{0} 个订单全部正常。"
    FAILED_NOT_READ "The run folder holds no orders, so none can be told of." "运行目录中没有订单记录，因此无法列出。"
    FAILED_NO_JOURNAL "The run folder holds no journal of the gateway: stories are told from the shop's side alone." "运行目录中没有网关日志：以下只有商户一侧的经过。"
    GROUP_UNEXPECTED "unexpected: {0}" "意外：{0}"
    GROUP_EXPECTED "as the scenario causes: {0}" "场景预期之内：{0}"
    KIND_DIFFERENCE "load and ledger disagree" "压测端与账本不一致"
    KIND_UNTOLD "paid, and the shop never learned of it" "已支付，但商户始终不知情"
    KIND_BAD_CALLBACK "a callback that must not be believed" "收到不可信的回调"
    KIND_LOST_CALLBACK "the callback was given up or dropped" "回调被放弃或丢弃"
    KIND_HIDDEN "the answer to the opening never came or said nothing" "开单请求没有得到有效应答"
    KIND_UNANSWERED "no question about it was answered" "所有查询都没有得到应答"
    KIND_FAILED "a withdrawal failed after it was taken" "代付受理后失败"
    KIND_DECLINED "the wallet refused to open it" "钱包拒绝开单"
    KIND_NOT_SENT "the load never sent it" "压测端从未发出"
    KIND_LATE_CALLBACK "the callback was kept back" "回调被暂扣而迟到"
    KIND_REPEATED "the callback came more than once" "回调重复送达"
    SHOP_SIDE "Shop: arrived at {0}; opening {1}; queries {2}, the last said {3}; callbacks {4} good, {5} bad." "商户：{0} 到达；开单结果 {1}；查询 {2} 次，最后结果 {3}；收到可信回调 {4} 个，不可信 {5} 个。"
    WALLET_SIDE "Wallet: ledger {0}, callback {1}." "钱包：账本 {0}，回调 {1}。"
    HEALTHY_LINE "{0}: {1}, attempt {2}, in {3}; {4}, status {5}, after {6}" "{0}：{1} 第 {2} 次，阶段 {3}；结果 {4}，状态码 {5}，耗时 {6}"
    RULE_LINE "{0}: {1}, attempt {2}, in {3}; rule {7} decided {8}; {4}, status {5}, after {6}" "{0}：{1} 第 {2} 次，阶段 {3}；规则 {7} 决定 {8}；结果 {4}，状态码 {5}，耗时 {6}"
    NEVER_REACHED "No line of the gateway's journal: no request of this order reached it." "网关日志中没有该订单的记录：没有任何请求到达网关。"
    LINES_LEFT_OUT "{0} further lines are not shown" "另有 {0} 行未显示"
    ALSO_FAILED "The same happened to:" "同样情况的还有："
    REST_FAILED "and {0} more orders, which this lists:" "另有 {0} 个订单，可用以下命令列出："
    REST_STORY "The story of any order, by its number:" "按订单号查看任一订单的经过："

    // Reproducing.
    REPRODUCE "How to reproduce" "如何复现"
    AGAIN_FORCED "The same run with every decision forced:" "强制重放每一个决定的同一次运行："
    AGAIN_SHRUNK "The smallest scenario that still fails:" "仍会失败的最小场景："
    AGAIN_SEED "A new run of the same scenario under the same seed:" "用同一种子重新运行同一场景："
    AGAIN_PAGE "This page again:" "重新生成本页："
    FACT_VERSION "version" "版本"
    FACT_SEED "seed" "种子"
    FACT_STARTED "started" "开始于"
    FACT_LASTED "lasted" "历时"
    FACT_TARGET "target" "目标"
    FACT_MACHINE "machine" "机器"
    CORES "{0} cores; the load shares them with its target: {1}" "{0} 个核心；压测端与目标共用：{1}"
    SCENARIO "The scenario" "场景文件"

    // The page of a search.
    CAPACITY_OF "Capacity of {0}" "{0} 的容量"
    NO_ANSWER "no answer" "没有答案"
    FOUND "found" "已找到"
    NOT_REACHED "not reached" "未达到"
    BY_LEVEL "Response time and level" "各级的响应时间"
    BY_LEVEL_NOTE "p99 and p50 on a logarithmic scale; dots at the p99 of steps that were kept, crosses at that of steps that broke. The table of steps has the same figures." "p99 与 p50，纵轴为对数刻度；圆点为守住目标的各级的 p99，叉号为没有守住的各级的 p99。各级的表格给出同样的数据。"
    BY_CONCURRENCY "Throughput and concurrency" "吞吐量与并发"
    BY_CONCURRENCY_NOTE "Dots: measured steps; line: the Universal Scalability Law through them, X(N) = λN / (1 + σ(N−1) + κN(N−1)). Steps further to the right than twice the busiest that was kept are not drawn." "点：实测的各级；线：据此拟合的通用可扩展性定律 X(N) = λN / (1 + σ(N−1) + κN(N−1))。并发超过守住目标的最忙一级两倍的点不画出。"
    NO_STEPS "No step was measured." "没有测到任何一级。"
    STEPS "Steps" "各级"
    STEP "step" "级"
    LEVEL "level" "水平"
    ARRIVALS_PER_S "arrivals/s" "到达/s"
    REQUESTS_PER_S "requests/s" "请求/s"
    UNDER_WAY "under way" "并发中"
    OBJECTIVE "objective" "目标"
    KEPT "kept" "守住"
    BROKEN "broken" "未守住"
    OVERLOADED "overloaded" "过载"
    CLOSE "{0}, close" "{0}（接近）"
    LAW "law of scalability" "可扩展性定律"
    KNEE "knee" "拐点"
    CAPACITY "capacity" "容量"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_word_stands_in_both_languages() {
        let is_chinese = |text: &str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
        for (name, word) in ALL {
            assert!(!word.en.is_empty() && !is_chinese(word.en), "{name}: {}", word.en);
            assert!(is_chinese(word.zh), "{name}: {}", word.zh);
            assert_eq!(slots(word.en), slots(word.zh), "{name}");
            assert!(
                !word.zh.contains(", ") && !word.zh.ends_with('.'),
                "{name}: Chinese stops are ，and 。"
            );
        }
        assert!(ALL.len() > 150);
    }

    #[test]
    fn parts_fill_their_places_in_each_language() {
        let parts = [Part::from("7".to_owned()), Part::from(MET), Part::from("9".to_owned())];
        let word = Word {
            en: "{0} of {2} {1}",
            zh: "{2} 个中 {0} 个{1}",
        };
        assert_eq!(word.fill(Language::English, &parts), "7 of 9 met");
        assert_eq!(word.fill(Language::Chinese, &parts), "9 个中 7 个通过");
        // A part is not read for places again.
        assert_eq!(
            RULE_LINE.fill(Language::English, &["{1}".to_owned().into()])[..4],
            *"{1}:"
        );
    }

    #[test]
    fn no_room_of_the_page_says_anything_of_its_own() {
        let rooms = [
            ("capacity", include_str!("capacity.rs")),
            ("charts", include_str!("charts.rs")),
            ("failures", include_str!("failures.rs")),
            ("mod", include_str!("mod.rs")),
            ("page", include_str!("page.rs")),
            ("reproduce", include_str!("reproduce.rs")),
            ("spectrum", include_str!("spectrum.rs")),
            ("story", include_str!("story.rs")),
            ("tables", include_str!("tables.rs")),
            ("waterfall", include_str!("waterfall.rs")),
        ];
        for (room, text) in rooms {
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in text.lines().enumerate() {
                let says = line.match_indices("{ \"").any(|(at, _)| {
                    let said: String = line[at + 3..].chars().take_while(|letter| *letter != '"').collect();
                    let letters = said.chars().filter(|letter| letter.is_alphabetic()).count();
                    letters > 1
                        && !["English", "中文", "paydrill ", "good", "bad", "doubt", "none"].contains(&said.as_str())
                });
                assert!(!says, "{room}.rs:{}: {line}", number + 1);
            }
        }
    }
}
