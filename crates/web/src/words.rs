//! Every word of the pages, in Chinese and English. A key that a page uses and this table lacks does not compile.

use app::view::Language;

macro_rules! words {
    ($($key:ident: $zh:literal, $en:literal;)*) => {
        /// The words of one language.
        #[derive(Debug)]
        pub(crate) struct Words { $(pub(crate) $key: &'static str,)* }

        static ZH: Words = Words { $($key: $zh,)* };
        static EN: Words = Words { $($key: $en,)* };

        #[cfg(test)]
        const TABLE: &[(&str, &str, &str)] = &[$((stringify!($key), $zh, $en),)*];
    };
}

/// The words of a language.
pub(crate) fn of(language: Language) -> &'static Words {
    match language {
        Language::Zh => &ZH,
        Language::En => &EN,
    }
}

words! {
    product: "合力", "Heli";
    skip: "跳到正文", "Skip to content";
    comma: "，", ", ";
    semicolon: "；", "; ";
    colon: "：", ": ";
    rehearsal: "演练", "rehearsal";
    path: "所在位置", "Where this is";

    nav: "栏目", "Sections";
    nav_notice: "通知", "Notice";
    nav_duties: "责任", "Duties";
    nav_units: "单位", "Units";
    nav_admin: "管理", "Admin";
    nav_accounts: "账号", "Accounts";
    nav_registers: "台账", "Registers";
    nav_search: "查找", "Search";
    nav_journal: "流水", "Journal";
    nav_keys: "快捷键", "Keys";
    key_search: "查找", "Search";
    key_add: "在台账里登记一条", "Add a record in a register";
    key_edit: "修改打开的记录", "Change the record that is open";
    key_days: "在日期条上前后移动一天", "One day back or on, on the date bar";
    key_help: "显示或收起这张表", "Show or hide this list";
    key_close: "关闭", "Close";
    other_language: "English", "中文";
    other_language_code: "en", "zh";
    other_language_mark: "En", "中";

    day_shown: "所看日期", "Day shown";
    day_before: "前一天", "Day before";
    day_after: "后一天", "Day after";
    show_day: "看这一天", "Show this day";
    back_to_today: "回到今天", "Back to today";

    key: "图例", "Key";
    recorded_late: "补录", "recorded late";
    recorded_late_mark: "迟", "L";
    no_duties: "尚无责任事项", "no duties yet";

    sum_due: "项责任已到期", " duties due so far";
    sum_on_time: "按时完成", " on time";
    sum_orders: "件督办", " supervision orders";
    rate_bounds: "（另有 {} 待核，最好 {}，最差 {}）", "(a further {} unknown: best {}, worst {})";
    no_clauses: "这份通知还没有条款。请在专项行动文件夹的 notices 下写入条款，再运行 heli check。", "This notice has no clauses yet. Write them under notices in the programme folder, then run heli check.";
    attention: "最需要关注的条款", "Clauses that need attention";
    attention_how: "按滞后、逾期、未完成的项数排列；点开任一条款，看单位、走势与佐证。", "By duties behind, overdue or missed. Open any clause for its units, trend and evidence.";
    nothing_red: "到这一天没有滞后、逾期或未完成的责任事项。", "No duty is behind, overdue or missed on this day.";
    close_clause: "‹ 返回通知", "‹ Back to the notice";
    no_measures: "本条没有可计量的措施。", "This clause obliges nothing that is counted.";
    no_bearers: "到这一天还没有责任主体。登记台账后，这里会列出每个主体、每个周期的状态。", "Nobody owes this yet on this day. Once the register is filled, each bearer and period is listed here.";
    evidence: "佐证", "Evidence";
    provisional: "名次可能变动", "places may change";
    ranking_owes_nothing: "排名不产生责任；数未齐的单位不排", "a ranking owes nothing; a unit whose figure is unknown is unranked";
    col_place: "名次", "Place";
    col_figure: "数值", "Figure";
    col_prize: "奖励", "Prize";
    unranked: "未排", "unranked";
    unknown_value: "待核", "unknown";
    col_projected: "期末预计", "Projected";
    more_bearers: "另有 {} 个主体，看全部", "{} more bearers: see all";
    whole_matrix: "看全部单位与周期", "See all units and periods";
    near: "差一步", "Near miss";
    due_end: "本期截止", "this period ends";
    judged_on: "{} 判定", "judged on {}";
    ladder_so_far: "提醒 {} · 督办 {}", "Reminders {} · orders {}";
    ladder_nothing: "目前没有下一步", "nothing further for now";
    trend: "按时完成率走势", "On-time rate over time";

    matrix_title: "责任矩阵", "Matrix of duties";
    matrix_count: "{} 个单位 · {} 项责任", "{} units · {} duties";
    matrix_empty: "没有符合条件的单位。", "No unit fits these filters.";
    matrix_reset: "清除筛选", "Clear the filters";
    form_new: "登记：{}", "New: {}";
    form_change: "修改：{}", "Change: {}";
    form_save: "保存", "Save";
    form_leave: "不保存，返回", "Back without saving";
    form_required: "必填", "required";
    form_masked: "已有内容，不填则保持不变", "has a value; stays as it is when left empty";
    form_yuan: "元（可写 1200万元、3.5亿元）", "yuan (万元 and 亿元 are understood)";
    form_why: "说明（记入流水）", "Why (kept in the journal)";
    form_refused: "没有保存。请按下面的说明改正，已填的内容都还在。", "Nothing was saved. Correct what is named below; all that you entered is still here.";
    form_overtaken: "您填写时，有人改过这条记录。您没动过的栏已换成新的内容；两人都改过的栏，请对照旁边的内容核定后再保存。", "Somebody changed this record while you were filling in. Fields that you left alone show the new values; where both of you changed one, compare what stands beside it and save again.";
    form_theirs: "现为：", "Now:";
    form_saved: "已保存。", "Saved.";
    form_add: "登记一条", "Add one";
    form_edit: "修改", "Change";
    act_create: "登记", "recorded";
    act_change: "修改", "changed";
    act_move: "办理步骤", "moved";
    act_withdraw: "撤回", "withdrawn";
    act_batch: "成批办理", "a batch";
    act_erase: "抹去", "erased";
    act_reveal: "查看敏感内容", "revealed";
    act_account: "账号变动", "a change of an account";
    act_publish: "方案生效", "programme put in force";
    act_migrate: "调整库表", "tables brought to the programme";
    journal_why: "每一次登记、修改、办理、查看都在这里，新的在前；条目不能改、不能删，封签为证。", "Every recording, change, move and revelation, the newest first; no entry can be changed or removed without the seals telling.";
    list_further: "更多条件", "More conditions";
    list_has: "包含", "contains";
    list_from: "从", "from";
    list_to: "到", "to";
    list_columns: "选择列", "Columns";
    list_columns_reset: "默认列", "The usual columns";
    home_below_more: "还有 {} 个", "{} more";
    home_list_none: "还没有。", "None yet.";
    journal_holds: "证明成立：这条流水确在其中，封签由本系统的密钥签署。", "The proof holds: the entry is in the journal, under a seal that this system's key signed.";
    journal_holds_own: "证明自洽；这里没有公钥，请另行核对下面的密钥指纹。", "The proof holds by its own key; this node has no public key, so compare the fingerprint below by other means.";
    journal_fails: "证明不成立：", "The proof does not hold: ";
    journal_entry: "条目", "Entry";
    journal_root: "根", "Root";
    journal_key: "密钥指纹", "Key";
    journal_seal: "最近的封签", "Last seal";
    journal_sealed: "覆盖 {} 条，{}", "over {} entries, {}";
    journal_unsealed: "还没有封签；登记之后几秒内会有。", "There is no seal yet; there will be seconds after something was recorded.";
    journal_witness: "把根抄存在系统之外（见证），才能发现流水被截短或换成旧备份。", "Keep the root outside this system (a witness): only then a cut tail or an old backup is noticed.";
    journal_check: "核验证明", "Check a proof";
    journal_check_why: "上传“取证明”得到的文件；导出的整份流水用 heli journal verify --file 核验。", "Send a file from “Take the proof”; a whole exported journal is checked with heli journal verify --file.";
    journal_file: "证明文件", "Proof file";
    journal_check_go: "核验", "Check it";
    journal_from: "从", "From";
    journal_until: "到", "Until";
    journal_actor: "账号", "Account";
    journal_act: "做了什么", "What was done";
    journal_register: "台账", "Register";
    journal_record: "记录编号", "Record";
    journal_go: "查找", "Find";
    journal_none: "没有符合条件的流水。", "No entry fits.";
    journal_waits: "等待编号", "waits for its position";
    journal_batch: "批次 {}", "batch {}";
    journal_fields: "{} 栏", "{} fields";
    journal_older: "更早的", "Older";
    import_title: "导入表格", "Import a sheet";
    nav_home: "待办", "To do";
    home_title: "要办的事", "To do";
    home_unconfirmed: "您的“{}”身份还要由所在县确认，确认以前看不到也办不了任何事。", "Your role “{}” has yet to be confirmed by the county; before that you see nothing and do nothing in it.";
    home_refused: "您的“{}”身份没有得到确认。", "Your role “{}” was not confirmed.";
    home_call: "请联系：", "Please call: ";
    home_confirm: "等您确认的企业经办人", "People who act for firms, for you to confirm";
    home_confirms: "确认", "Confirm";
    home_refuses: "不是", "Refuse";
    home_none: "目前没有滞后、逾期、待核或即将到期的责任事项。", "Nothing is behind, overdue, unknown or due soon.";
    home_more: "另有 {} 项", "{} more";
    home_hands: "等您办下一步的记录", "Records that wait for your next step";
    home_enter: "去登记", "Enter it";
    go_title: "随手办", "On the way";
    go_why: "没有信号也能填：先存在手机里，联网后自动送出，不会重复。", "Works without a signal: what you enter is kept on this phone and sent later, once.";
    go_due: "该报的", "Due";
    go_stops: "我负责的", "Mine to look after";
    go_any: "登记", "Record something";
    go_waiting: "存在手机里、还没有送出的", "Kept on this phone, not sent yet";
    go_change: "改", "Change";
    go_drop: "删除", "Delete";
    go_refused: "被退回：", "Refused: ";
    go_nothing: "目前没有要报的。", "Nothing is due.";
    home_act: "去办", "See to it";
    home_notice: "看通知全文的进展", "See how the notice stands";
    home_reminded: "催办", "Reminders";
    home_reminder: "{} 于 {} 提醒：", "{} reminded you on {}:";
    home_put_away: "都知道了", "Put them away";
    unreported: "未报名单", "Not yet reported";
    unreported_count: "本期应报 {}，未报 {}", "{} due in this period, {} open";
    unreported_none: "本期都已完成。", "All is done for this period.";
    unreported_nobody: "没有登记联系人", "nobody is named";
    unreported_people: "联系人", "People";
    unreported_remind: "一键提醒全部", "Remind all";
    unreported_done: "已提醒 {} 人；{} 个单位没有可提醒的账号。每人每天只提醒一次。", "{} people were reminded; {} units have nobody to remind. Each is reminded once a day.";
    copy_group: "复制到工作群", "Copy for the group";
    copy: "复制文字", "Copy the text";
    copied: "已复制", "Copied";
    picture_copy: "复制图片", "Copy as a picture";
    picture_copied: "图片已复制，可以直接粘贴到群里。", "The picture is copied; paste it into the group.";
    picture_saved: "这个浏览器不让网页复制图片，已改为下载。", "This browser lets no page copy pictures; it was downloaded instead.";
    picture_more: "另有 {} 行", "and {} more";
    picture_source: "来源", "Source";
    sign_in_examples: "示例账号", "Accounts of the example";
    sign_in_examples_why: "这是示例，人和事都是虚构的；这些账号只在示例里有，密码都是 {}。点角色即可进入。", "This is an example, and all in it is invented; these accounts exist only here, and the password of each is {}. Choose a role to come in.";
    record_reveal: "查看", "Reveal";
    record_reveal_why: "为何查看", "Why";
    record_reveal_go: "查看，并记入流水", "Reveal it, and note it in the journal";
    record_revealed: "内容只在本页显示这一次；谁、何时、为何查看，已记入流水。", "It is shown on this page once; who saw it, when and why is in the journal.";
    record_picture: "图片", "Picture";
    record_proof: "取证明", "Take the proof";
    overview_title: "全省一张图", "The whole at a glance";
    overview_map: "按时完成率地图", "Map of on-time rates";
    overview_tiles: "按时完成率", "On-time rates";
    overview_worst: "问题最多的地方", "Most trouble";
    overview_changed: "比一周前多出的问题", "Worse than a week ago";
    overview_same: "没有措施比一周前更差。", "No measure is worse than a week ago.";
    overview_was: "{} → {}", "{} → {}";
    overview_grade: "{} 以上", "from {}";
    overview_below: "{} 以下", "below {}";
    overview_none: "无可计", "none due";
    sum_red: "滞后、逾期或未完成", " behind, overdue or missed";
    slips_title: "批量邀请，打印二维码条", "Invite many, with QR slips to print";
    slips_how: "每人一行，五栏：账号、姓名、电话、角色、单位；企业的角色写企业名称或信用代码。任期有起止的，再加两栏：第一天、最后一天。可从表格直接粘贴。", "A line each, five cells: account, person, telephone number, role, unit; for a firm's role its name or credit code. Where the role has dates, two more: first day, last day. Paste from a spreadsheet.";
    slips_rows: "名单", "The list";
    slips_go: "邀请并出条", "Invite, and make the slips";
    slips_refused: "一个也没有邀请。请改正下面各行。", "Nobody was invited. Correct the lines below.";
    slips_done: "已邀请。请现在打印，裁开后当面交给本人；链接只在这里显示一次。", "They are invited. Print this page now, cut it and hand each slip to its person; the links are shown only here.";
    slips_once: "用手机扫码，设置密码即可；只能用一次，14 天内有效。", "Scan it with a phone and set a password; it works once, within 14 days.";
    nav_me: "我的", "Mine";
    me_title: "我的账号", "My account";
    me_roles: "现任角色", "Roles held today";
    me_no_roles: "今天没有角色", "No role today";
    me_password: "修改密码", "Change the password";
    me_present: "现在的密码", "Present password";
    me_next: "新密码（至少 10 位）", "New password (at least 10 characters)";
    me_password_go: "修改，并退出其他设备", "Change it, and sign out elsewhere";
    me_everywhere: "在所有设备上退出", "Sign out everywhere";
    me_tokens: "程序令牌", "Tokens for programs";
    me_tokens_why: "程序用 Authorization: Bearer 令牌 代您访问接口，权限不超过您当天的权限。令牌只显示一次。", "A program sends Authorization: Bearer with the token and acts for you, with no more rights than you have that day. A token is shown once.";
    me_token_name: "用途", "What it is for";
    me_token_days: "有效天数", "Days";
    me_token_writes: "可写（不勾选则只读）", "may change things (else it only reads)";
    me_token_make: "开令牌", "Make a token";
    me_token_made: "新令牌，请现在抄下：", "The new token, shown only now:";
    me_token_until: "到 {}", "until {}";
    me_token_reads: "只读", "reads";
    me_token_can_write: "可写", "reads and changes";
    me_token_drop: "作废", "End it";
    me_second: "两步验证", "Second step at sign-in";
    me_second_why: "开启后，登录时除密码外，还要手机上每半分钟换一次的六位验证码。密码被人知道了，也进不来。", "Once it is on, signing in asks for six digits that a phone shows anew each half minute, beside the password. Who learns the password alone does not come in.";
    me_second_begin: "开启", "Turn it on";
    me_second_scan: "用手机上的验证器（任何支持 TOTP 的软件）扫这个码：", "Scan this with an authenticator on your phone (any that does TOTP):";
    me_second_code: "验证器扫的二维码，内容与下面的密钥相同", "QR code for the authenticator; holds the secret below";
    me_second_secret: "扫不了，就在验证器里手工输入这个密钥：", "If you cannot scan it, type this secret into the authenticator:";
    me_second_open: "在这台设备的验证器里打开", "Open it in an authenticator on this device";
    me_second_first: "验证器显示的六位数", "The six digits that it shows";
    me_second_confirm: "确认并开启，退出其他设备", "Confirm, turn it on, sign out elsewhere";
    me_second_again: "换一个密钥", "Another secret";
    me_second_on: "{} 起开启；还有 {} 个恢复码没用过。", "On since {}; {} recovery codes are unused.";
    me_second_known: "密码，或验证码、恢复码", "Password, or a code";
    me_second_recovery: "换一批恢复码", "New recovery codes";
    me_second_off: "关闭两步验证", "Turn it off";
    me_recovery_made: "恢复码，每个能代替验证码用一次，只在这里显示这一遍。请打印或抄下，与手机分开放：", "Recovery codes: each stands in for a code once, and they are shown only now. Print them or write them down, and keep them apart from the phone:";
    me_done: "已办好。", "Done.";
    import_choose: "选择表格", "Choose a sheet";
    import_other: "另传一个文件", "Send another file";
    import_sheet: "Excel（.xlsx）或 CSV 文件", "Excel (.xlsx) or CSV file";
    import_again: "导入过的文件，仍再导一次", "take it in again although it was before";
    import_try: "先试一遍", "Try it first";
    import_tried: "试过了，还没有写入", "Tried; nothing is written yet";
    import_done: "已导入", "Taken in";
    import_would: "共 {} 行：将新增 {}，修改 {}，不变 {}，退回 {}。", "{} rows: {} would be new, {} changed, {} as they are, {} refused.";
    import_did: "共 {} 行：新增 {}，修改 {}，不变 {}，退回 {}。", "{} rows: {} new, {} changed, {} as they were, {} refused.";
    import_returned: "下载退回的行（每行旁有原因，改好可再导入）", "Download the refused rows, each with its reason; mend them and import them again";
    import_go: "正式导入", "Take it in";
    import_undo: "整批撤回", "Take the whole batch back";
    import_running: "正在处理：{} / {} 行。可以离开，稍后再来看。", "Working: {} of {} rows. You may leave and come back.";
    import_faults: "问题清单", "What was found";
    import_where: "位置", "Where";
    import_what: "问题", "What and why";
    import_mend: "怎么改", "How to mend it";
    import_error: "退回", "refused";
    import_warning: "请留意", "look at this";
    import_row: "第 {} 行", "row {}";
    import_file: "整个文件", "the file";
    search_title: "查找", "Search";
    search_for: "名称、编号、信用代码或拼音首字母", "Name, number, credit code or pinyin initials";
    search_none: "没有找到。换个说法，或只写其中几个字、几个拼音首字母。", "Nothing was found. Try other words, a part of the name, or the initials of its pinyin.";
    search_units: "单位", "Units";

    all_measures: "全部措施", "All measures";
    top_levels: "往下两级", "Two levels down";
    all_parts: "全部方面", "All parts";
    all_standings: "全部状态", "All standings";
    filter_measure: "措施", "Measure";
    filter_level: "层级", "Level";
    filter_part: "方面", "Part";
    filter_standing: "状态", "Standing";
    filter_sort: "排序", "Order";
    sort_tree: "按单位", "By unit";
    sort_red: "问题多的在前", "Most trouble first";
    sort_on_time: "完成率低的在前", "Lowest on-time rate first";
    apply: "筛选", "Apply";
    col_unit: "单位", "Unit";
    col_on_time: "按时率", "On time";

    clause: "条款", "Clause";
    why: "为什么是这个状态", "Why it stands so";
    why_found: "实际", "found";
    why_asked: "要求", "asked";
    why_margin: "余缺", "margin";
    no_rule: "这一项没有可展开的规则。", "This duty has no rule to unfold.";
    verdict_true: "是", "yes";
    verdict_false: "否", "no";
    verdict_unknown: "待核", "unknown";
    pace: "进度与预计", "Pace and landing";
    pace_plan: "应达进度", "Pace";
    pace_done: "实际", "Done";
    pace_expected: "预计", "Expected";
    pace_target: "目标", "Target";
    landing: "期末预计", "Projected end";
    latest_start: "最迟动手", "Latest day to start";
    basis: "依据", "Basis";
    no_evidence: "这项措施不看台账。", "This measure reads no register.";
    no_rows: "台账里还没有这一周期的记录。请先登记。", "The register has no rows for this period. Record them first.";
    col_counts: "计入", "Counts";
    col_record: "编号", "Record";
    col_why: "说明", "Note";
    empty_cell: "未填", "not filled in";
    more_rows: "另有 {} 条未列出", "{} more rows not shown";
    missing: "缺什么", "What is missing";
    days: "日期", "Days";
    period: "周期", "Period";
    judged: "判定", "Judged";
    late_until: "补完成截止", "Late evidence until";
    closes: "停止登记", "Recording closes";
    reached: "达到日", "Reached on";
    ladder: "递进督办", "Ladder";
    no_ladder: "这项措施没有递进督办。", "This measure has no ladder.";
    rung_remind: "提醒", "Remind";
    rung_warn: "预警", "Warn";
    rung_order: "督办单", "Supervision order";
    rung_review: "问责建议", "Proposed review";
    rung_fired: "已到", "reached";
    rung_ahead: "未到", "ahead";
    rung_spared: "不需要", "not needed";
    excuse: "豁免", "Excuse";
    excuse_this: "豁免这项责任", "Excuse this duty";
    excuse_why: "豁免后这项责任不再计入按时完成率；谁在什么时候因何豁免，记入流水，写在本页。", "An excused duty no longer counts in the on-time rate; who excused it, when and why is in the journal and on this page.";
    excuse_reason: "理由", "Reason";
    excuse_by: "决定人", "Decided by";
    excuse_on: "决定日期", "Decided on";
    excuse_go: "确认豁免", "Excuse it";
    other_periods: "各周期", "All periods";

    own: "本级责任", "Its own duties";
    subtree: "含所辖单位", "With all units below";
    open_items: "要办的事", "Open items";
    nothing_open: "没有要办的事：到这一天，没有滞后、临期、逾期或待核的责任事项。", "Nothing to do: no duty is behind, due soon, overdue or unknown on this day.";
    children: "所辖单位", "Units below";
    more_duties: "另有 {} 项未列出", "{} more duties not shown";
    unit_owes_nothing: "到这一天，这个单位自己没有责任事项。", "This unit owes nothing of its own on this day.";
    col_standing: "状态", "Standing";
    col_measure: "措施", "Measure";
    col_bearer: "责任主体", "Bearer";
    col_period: "周期", "Period";
    col_value: "已计 / 应达", "Counted / owed";
    col_due: "截止", "Due";
    col_says: "差什么", "What is lacking";

    fault_nowhere: "没有这个页面", "No such page";
    fault_nowhere_why: "地址可能抄错了，或者页面已经改名。", "The address may be mistyped, or the page was renamed.";
    fault_back_own: "请从待办或台账找起。", "Start from what is to be done, or from the registers.";
    fault_back: "请从通知或责任矩阵找起。", "Start from the notice or from the matrix of duties.";
    fault_address: "看不懂这个地址", "This address cannot be read";
    fault_address_why: "地址里的筛选条件有重复，或者不在可选范围内。", "A filter in the address is repeated, or is not one that can be chosen.";
    fault_day: "没有这一天", "No such day";
    fault_day_why: "“{}”不是日期。日期写成 2023-09-26 这样。", "“{}” is not a day. Days are written like 2023-09-26.";
    fault_day_act: "请在页顶另选一天，或者去掉地址里的 at。", "Choose another day in the bar at the top, or remove at from the address.";
    fault_outside: "这一天看不到", "This day cannot be shown";
    fault_outside_why: "{} 不在可看的日期之内：从 {} 到 {}。", "{} is outside the days that can be shown: from {} to {}.";
    fault_missing_why: "本专项行动里没有“{}”。它可能改了编号，或者在这一天还不存在。", "This programme has no “{}”. It may have another id, or did not exist on this day.";
    fault_no_notice: "没有这份通知", "No such notice";
    fault_no_clause: "没有这一条款", "No such clause";
    fault_no_measure: "没有这项措施", "No such measure";
    fault_no_unit: "没有这个单位", "No such unit";
    fault_no_duty: "没有这项责任", "No such duty";
    fault_no_level: "没有这一层级", "No such level";
    fault_no_part: "没有这个方面", "No such part";
    fault_building: "正在重建这一天", "This day is being built";
    fault_building_why: "{} 要从流水重建：已读 {} / {} 条。", "{} is built from the journal: {} of {} entries are read.";
    fault_building_act: "建好后这一页自己打开。", "The page opens by itself once that is done.";
    fault_failed: "这一页算不出来", "This page could not be worked out";
    admin_no_database: "这里没有打开数据库。", "No database is open here.";
    admin_accounts_why: "谁能登录、任什么角色；邀请、移交、停用。", "Who signs in, with which roles; inviting, handing over, closing.";
    admin_roles: "角色", "Roles";
    admin_roles_why: "{} 个角色，各能看什么、办什么。", "{} roles: what each sees and does.";
    admin_units: "单位", "Units";
    admin_units_why: "现有 {} 个单位，其中 {} 个还没有账号。", "{} units exist, {} of them without an account.";
    admin_calendar: "工作日历", "Working days";
    admin_calendar_why: "各年的工作日、节假日和调休。", "Working days, holidays and make-up days of each year.";
    admin_programme: "方案版本", "Programme versions";
    admin_programme_why: "{} 起生效的是 {}。换版之前先看改了什么。", "In force since {}: {}. What another version changes is shown first.";
    admin_jobs: "后台工作", "Jobs";
    admin_jobs_why: "{} 批导入还没有做完。", "{} imports have rows to come.";
    admin_journal_why: "谁在什么时候做了什么，封签是否完好。", "Who did what and when, and whether the seals hold.";
    roles_how: "这里列出方案的 roles.toml 给各角色的权限，与 heli access what-can 一致；条件对记录逐条判断，判断不了的不给。", "The rights that the programme's roles.toml grants, the same as heli access what-can says; a rule is asked of each record, and what it cannot tell is not granted.";
    roles_nothing: "没有任何权限。", "It may do nothing.";
    roles_registers: "涉及 {} 种台账", "{} registers";
    roles_register: "台账", "Register";
    roles_not: "不可以", "no";
    roles_all: "全部记录", "all records";
    roles_fields: "只限 {} 个字段", "{} fields only";
    roles_held_by: "任职于：{}", "Held in: {}";
    roles_official: "公务角色，看得到各单位的状态", "official: sees how units stand";
    roles_accounts: "{} 个账号", "{} accounts";
    deed_see: "查看", "see";
    deed_create: "新增", "create";
    deed_change: "修改", "change";
    deed_move: "流转", "move";
    deed_export: "导出", "export";
    deed_reveal: "显示敏感字段", "reveal";
    deed_withdraw: "撤回", "withdraw";
    deed_excuse: "豁免", "excuse";
    deed_confirm: "确认", "confirm";
    units_all: "方案里有 {} 个单位；现存而没有账号的 {} 个。", "The programme has {} units; {} exist and have no account.";
    units_elsewhere: "另有 {} 个账号任职于记录（如企业），不在单位里。", "{} more accounts hold a role in a record, such as a firm, not in a unit.";
    units_text: "名称或编号", "Name or code";
    units_without: "只看没有账号的", "Only those without an account";
    units_go: "查找", "Find";
    units_none: "没有符合的单位。请放宽条件。", "No unit fits. Ask for less.";
    units_unit: "单位", "Unit";
    units_code: "编号", "Code";
    units_holders: "谁任什么角色", "Who holds what";
    units_gone: "现已不存在", "does not exist today";
    units_nobody: "没有账号", "no account";
    calendar_range: "日历从 {} 到 {}。", "The calendar covers {} to {}.";
    calendar_none: "日历是空的。", "The calendar is empty.";
    calendar_ends: "节假日表到 {} 为止，只剩 {} 天。", "The list of holidays ends on {}, in {} days.";
    calendar_ended: "节假日表已于 {} 到头，之后的期限算不出来。", "The list of holidays ended on {}; dates beyond cannot be worked out.";
    calendar_act: "请把新一年的节假日写进 calendar.csv，再在“方案版本”里换上。", "Add the next year's holidays to calendar.csv, and put that version in force.";
    calendar_year: "年份", "Year";
    calendar_workdays: "工作日", "Working days";
    calendar_rest: "休息日", "Days of rest";
    calendar_make_up: "周末调休上班", "Weekend days worked";
    calendar_source: "出处", "Announced in";
    calendar_unsaid: "方案没有写出处", "the programme does not say";
    calendar_worked: "上班", "worked";
    jobs_how: "这里是数据库和这个节点真正知道的；导出是边读边发的，不留记录。", "What the database and this node know; exports are sent as they are read and leave no trace.";
    jobs_batches: "导入与成批办理", "Imports and bulk changes";
    jobs_no_batches: "还没有导入过表格。", "No sheet was taken in yet.";
    jobs_number: "批号", "Batch";
    jobs_file: "来源", "From";
    jobs_by: "谁", "Who";
    jobs_at: "开始", "Begun";
    jobs_rows: "行", "Rows";
    jobs_written: "写入", "Written";
    jobs_state: "结果", "Outcome";
    jobs_open: "未做完", "unfinished";
    jobs_done: "已做完", "done";
    jobs_undone: "已撤回", "taken back";
    jobs_sealing: "封签", "Sealing";
    jobs_sealed: "共写入 {} 条流水，{} 条已编号，{} 条已封签。", "{} entries were written, {} have their number, {} are sealed.";
    jobs_sealed_at: "最近一次封签：{}", "The last seal: {}";
    jobs_retaining: "保存期限", "Values kept too long";
    jobs_retained: "{} 查过，删除了 {} 条记录中已满保存期限的内容。", "Looked for at {}; what was over its time in {} records was erased.";
    jobs_not_retained: "还没有查过。", "Not looked for yet.";
    jobs_reminders: "提醒", "Reminders";
    jobs_no_reminders: "还没有发过提醒。", "Nobody was reminded yet.";
    jobs_reminded: "发出 {} 条，其中 {} 条已收起", "{} given, {} of them put away";
    jobs_pasts: "往日的重建", "Past days that are rebuilt";
    jobs_no_pasts: "没有在重建的往日。", "None is being rebuilt.";
    jobs_past_of: "方案 {}", "Programme {}";
    jobs_building: "正在重建", "being rebuilt";
    jobs_built: "已备好", "ready";
    programme_versions: "生效过的版本", "Versions that were in force";
    programme_from: "生效时间", "In force from";
    programme_why: "原因", "Why";
    programme_digest: "摘要与下载", "Digest and download";
    programme_in_force: "生效中", "in force";
    programme_choose: "换一版", "Another version";
    programme_choose_why: "选方案的文件夹，或它的 zip。先只看改了什么，不会生效。", "Choose the programme's folder, or a zip of it. It is only looked at; nothing comes into force yet.";
    programme_zip: "zip 文件", "Zip file";
    programme_folder: "文件夹", "Folder";
    programme_look: "看改了什么", "Show what it changes";
    programme_proposal: "这一版会改什么", "What this version changes";
    programme_checked: "校对", "Proof-reading";
    programme_sound: "没有问题，{} 个例子都对。", "No faults; all {} worked examples hold.";
    programme_plan: "数据库", "The database";
    programme_no_plan: "表不用改。", "The tables stay as they are.";
    programme_refused: "有记录挡着，不能生效：", "Records stand against it:";
    programme_changes: "内容", "What is different";
    programme_same: "与生效中的一版完全一样。", "It is the version in force.";
    programme_counted: "{} 处不同；保留的内容里改了 {} 条规则、{} 处文字。", "{} parts differ; in what remains {} rules and {} texts do.";
    programme_was: "原为 {}", "was {}";
    programme_keys: "全部 {} 项", "all {} keys";
    programme_more: "另有 {} 处，用 heli programme diff 看全", "{} more; heli programme diff tells all";
    programme_reordered: "{}：顺序变了", "{}: in another order";
    programme_untold: "只改了注释、排版或顺序：{}", "Only comments, layout or order: {}";
    programme_publish: "使这一版生效", "Put it in force";
    programme_publish_why: "生效后各节点会重新打开数据库，页面停几秒；原因记入流水。", "Nodes then open the database again, which takes some seconds; the reason is kept in the journal.";
    programme_reason: "为什么换", "Why";
    programme_go: "生效", "Put in force";
    programme_published: "这一版已经生效，正在重新打开；请过几秒再看。", "It is in force, and the database is being opened again; come back in some seconds.";
    accounts_invite: "开一个账号", "Make an account";
    accounts_person: "姓名（与台账里写的一致）", "Name, as the registers write it";
    accounts_phone: "电话", "Telephone";
    accounts_role: "角色", "Role";
    accounts_unit: "单位编号，企业角色填企业的记录编号", "Unit's id; for a firm's role the id of its record";
    accounts_unconfirmed: "待确认", "to be confirmed";
    accounts_confirmed: "{} 于 {} 确认", "confirmed by {} on {}";
    accounts_refused: "{} 于 {} 回绝", "refused by {} on {}";
    accounts_first: "第一天（不填为今天）", "First day (empty: today)";
    accounts_last: "最后一天（不填为无期限）", "Last day (empty: no end)";
    accounts_over: "已结束", "over";
    accounts_ends: "最后一天", "last day";
    accounts_end: "改任期", "Set the last day";
    accounts_go: "开账号", "Make it";
    accounts_roles: "角色与任期", "Roles and dates";
    accounts_waits: "等待设密码", "waits for a password";
    accounts_closed: "已停用", "closed";
    accounts_until: "至 {}", "until {}";
    accounts_from: "{} 起", "from {}";
    accounts_link: "换一个链接", "New link";
    accounts_close: "停用", "Close";
    accounts_hand: "移交给", "Hand over to";
    accounts_grant: "加角色", "Give a role";
    accounts_identity: "统一身份认证里的名字（不填则与账号同名）", "Name at the single sign-on (empty: the account's own)";
    accounts_identify: "关联", "Link";
    accounts_second: "重置两步验证", "Reset the second step";
    accounts_has_second: "两步验证", "second step";
    accounts_linked: "请把这个链接交给 {}，只能用一次，14 天内有效：", "Give this link to {}; it works once, within 14 days:";
    accounts_handed: "已把 {} 项角色移交给 {}", "{} roles were handed over to {}";
    accounts_done: "已办理", "Done";
    accounts_act: "办理", "Do";
    value_unknown: "未填", "not filled in";
    value_nothing: "无", "none";
    value_masked: "不显示", "not shown";
    value_erased: "已删除", "erased";
    value_yes: "是", "yes";
    value_no: "否", "no";
    value_yuan: "{} 元", "¥{}";
    enumerate: "、", ", ";
    number: "编号", "Number";
    record_count: "{} 条", "{} records";
    any: "不限", "any";
    next_page: "下一页", "Next page";
    first_page: "回到第一页", "First page";
    as_sheet: "导出 {}", "As {}";
    list_empty: "还没有记录。", "No records yet.";
    list_first: "可以登记一条，或下载模板、填好后导入表格。", "Add one, or download the template, fill it in and import it.";
    list_none: "没有记录符合这些条件。", "No record meets these conditions.";
    list_reset: "去掉条件", "Without conditions";
    template: "下载模板", "Download the template";
    registers_none: "您的角色看不到任何台账；请向管理员申请。", "Your roles see no register; ask whoever runs this system.";
    record_version: "第 {} 版", "Version {}";
    record_moves: "下一步", "Next steps";
    record_lacks: "还缺：{}", "still empty: {}";
    record_not_yet: "条件还不满足", "its condition does not hold yet";
    record_unsure: "条件还无法判断", "its condition cannot be told yet";
    record_children: "提到它的记录", "Records that refer to it";
    record_history: "变动记录", "History";
    record_position: "流水第 {} 号", "Journal position {}";
    record_before: "原", "was";
    record_gone: "（删去）", "(removed) ";
    record_added: "（增加）", "(added) ";
    record_left: "……{} 字未变……", " … {} characters unchanged … ";
    record_whole: "改后全文", "The whole text after it";
    record_file: "附件", "File";
    fault_broke_off: "计算中断。", "The evaluation broke off.";
    sign_in: "登录", "Sign in";
    sign_out: "退出", "Sign out";
    sign_in_account: "账号", "Account";
    sign_in_password: "密码", "Password";
    sign_in_single: "用统一身份认证登录", "Sign in by single sign-on";
    single_lost: "这次统一身份认证不是从这个浏览器开始的，或者超过了十分钟；请重新开始。", "This sign-on was not begun in this browser, or took more than ten minutes; begin again.";
    single_refused: "统一身份认证没有让您登录；请再试，或者用账号和密码登录。", "The single sign-on did not let you in; try again, or use account and password.";
    single_failed: "统一身份认证没有给出可信的答复；请稍后再试，或者用账号和密码登录，并告诉管理员。", "The single sign-on gave no answer that can be trusted; try again shortly, or use account and password, and tell an administrator.";
    sign_in_lost: "忘了密码，请向管理员要一个链接。", "If you lost your password, ask an administrator for a link.";
    code_title: "输入验证码", "Enter the code";
    code_why: "密码对了。请打开手机上的验证器，输入它显示的六位数。", "The password is right. Open the authenticator on your phone and enter the six digits that it shows.";
    code_code: "验证码", "Code";
    code_lost: "手机不在身边", "Without the phone";
    code_recovery: "恢复码（每个只能用一次）", "Recovery code (each works once)";
    code_none: "恢复码也没有，请向管理员要求重置两步验证。", "Without a recovery code, ask an administrator to reset the second step.";
    code_other: "换一个账号登录", "Sign in as somebody else";
    code_late: "输入密码后过了五分钟，或已在别处登录；请重新登录。", "It took more than five minutes after the password, or the code was entered elsewhere; sign in again.";
    link_title: "设置密码", "Set your password";
    link_password: "新密码，至少 10 个字符", "New password, at least 10 characters";
    link_go: "设置并登录", "Set it and sign in";
    fault_not_saved: "没有保存", "Not saved";
    view_map: "地图", "Map";
    map_of: "按“{}”", "by “{}”";
    map_elsewhere: "另有 {} 条不在图上的地方", "{} more are in none of these places";
    view_mine: "我的视图", "My views";
    view_save: "存为视图", "Save as a view";
    view_name: "名称", "Name";
    view_save_go: "保存", "Save";
    view_forget: "删去", "Remove";
    fault_not_moved: "一条也没有办", "Nothing was moved";
    fault_nothing_picked: "没有勾选记录，或者没有选要办的步骤。", "No record was picked, or no step was chosen.";
    fault_not_moved_act: "请返回列表，按说明处理后再办。", "Go back to the list, see to what is named, and try again.";
    bulk_pick: "选", "Pick";
    bulk_step: "对勾选的记录办理", "With those picked";
    bulk_go: "办理", "Do it";
    view_list: "列表", "List";
    view_board: "看板", "Board";
    view_calendar: "日历", "Calendar";
    board_more: "另有 {} 条", "{} more";
    calendar_before: "上个月", "Month before";
    calendar_after: "下个月", "Month after";
    fault_form: "表单没有收全", "The form did not arrive whole";
    fault_form_why: "传送中断了，或者填写的文字超过 1 MB。没有保存任何内容。", "It broke off on the way, or holds more than 1 MB of text. Nothing was saved.";
    fault_form_act: "请返回上一页再提交一次；附件请用附件栏上传。", "Go back and send it again; put long material into a file field.";
    fault_unmarked_why: "这次提交没有带本页面的标记，可能是登录已换人或已过期。没有保存任何内容。", "What was sent lacks the mark of your own pages; perhaps somebody else signed in meanwhile, or the session ended. Nothing was saved.";
    fault_unmarked_act: "请返回上一页，刷新后再提交。", "Go back, reload the page and send it again.";
    link_gone: "这个链接用不了了", "This link no longer works";
    link_gone_why: "它已经用过，或者过期了。", "It was used, or it is too old.";
    link_gone_act: "请向管理员再要一个。", "Ask an administrator for another.";
    fault_elsewhere: "这个请求不是从合力自己的页面发来的", "This request did not come from a page of Heli";
    fault_elsewhere_why: "为了您的安全，只接受合力自己页面上的操作。", "For your safety only Heli's own pages may change anything.";
    fault_forbidden: "这里不对您开放", "This is not open to you";
    fault_failed_act: "请稍后再试；仍然不行，请把这句话告诉专班。", "Try again shortly; if it persists, give this sentence to the programme office.";
    fault_drawing_why: "页面生成失败。", "The page could not be drawn.";
    to_notice: "看通知", "To the notice";
    to_matrix: "看责任矩阵", "To the matrix";
    empty_notice: "还没有通知", "No notice yet";
    empty_notice_why: "这个专项行动还没有开始执行的通知，所以没有责任事项可看。", "This programme runs no notice yet, so there are no duties to see.";
    empty_notice_act: "先在专项行动文件夹的 programme.toml 里列出要执行的通知，运行 heli check，再重新启动。", "List the notices to run in programme.toml of the programme folder, run heli check, then start again.";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::TABLE;
    use std::fs;
    use std::path::Path;

    fn text_of(folder: &Path) -> String {
        let mut text = String::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                text.push_str(&text_of(&path));
            } else if !path.ends_with("words.rs") {
                text.push_str(&fs::read_to_string(path).unwrap());
            }
        }
        text
    }

    #[test]
    fn every_key_is_used_and_has_words_in_both_languages() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let pages = text_of(&root.join("templates")) + &text_of(&root.join("src"));
        for (key, zh, en) in TABLE {
            let used = pages.match_indices(&format!("w.{key}")).any(|(at, found)| {
                let next = pages
                    .get(at + found.len()..)
                    .unwrap_or_default()
                    .chars()
                    .next()
                    .unwrap_or(' ');
                !next.is_ascii_alphanumeric() && next != '_'
            });
            assert!(used, "no page uses the word `{key}`");
            assert!(
                !zh.trim().is_empty() && !en.trim().is_empty(),
                "`{key}` has no words in one language"
            );
            assert_eq!(
                zh.matches("{}").count(),
                en.matches("{}").count(),
                "`{key}` takes other values in English"
            );
        }
    }

    #[test]
    fn no_template_carries_chinese_of_its_own() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        // The seal and the marks of the rail are signs, the same in both languages.
        let signs = [
            '合', '力', '文', '责', '位', '账', '查', '证', '键', '人', '出', '办', '我', '管',
        ];
        let strays: Vec<char> = text_of(&root)
            .chars()
            .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c) && !signs.contains(c))
            .collect();
        assert!(strays.is_empty(), "words outside the table: {strays:?}");
    }
}
