//! Every word about one's own sign-in: password, second factor, where one is signed in, machine tokens of the own unit.
//! No secret is among them; nothing here decides anything or formats HTML.

page_words! {
    /// The words about one's own sign-in in one language.
    OwnText;
    // Password and second factor.
    password_title: "修改口令", "Change the password";
    password_must: "初始口令只能登录一次，请先设置自己的口令。", "A first password lets in once: choose your own now.";
    password_over: "口令已满180天，请先更换，再办理其他事项。", "Your password is 180 days old: choose another before anything else.";
    password_kinds: "大写字母、小写字母、数字、其他字符，至少用三种。", "Use three of capitals, small letters, digits and others.";
    password_hint: "12至128个字符，任何字符都可以；修改后所有登录退出，请用新口令重新登录。", "12 to 128 characters of any kind. Every session ends; sign in with the new one.";
    password_old: "现在的口令", "Present password";
    password_new: "新口令", "New password";
    password_go: "修改口令", "Change the password";
    totp_title: "动态码（两步登录）", "One-time codes (second factor)";
    totp_off: "没有启用。启用后登录时还要输入手机应用显示的6位数字。", "Not in use. With it, signing in also asks for 6 digits from an app on your phone.";
    totp_on: "已启用，剩余恢复码：", "In use; recovery codes left: ";
    totp_begin: "启用", "Begin";
    totp_remove: "停用动态码", "Give it up";
    totp_must: "您的岗位须启用动态码，启用后才能办理其他事项。", "Your post needs a second factor: enrol one before anything else.";
    totp_square: "动态码密钥的二维码", "The key as a square code";
    totp_scan: "请用手机的动态码应用扫描下图，或者输入下面的密钥，再填写它显示的6位数字。", "Scan the square with the app on your phone, or type the key, then give the 6 digits that it shows.";
    totp_secret: "密钥", "Key";
    totp_link: "在本机的动态码应用中打开", "Open in an app on this device";
    totp_code: "6位动态码", "6-digit code";
    totp_confirm: "确认启用", "Confirm";
    recovery_title: "恢复码", "Recovery codes";
    recovery_hint: "只显示这一次。每个可用一次，丢失手机时代替动态码；请抄下并妥善保管。", "Shown this once. Each works once in place of a code if the phone is lost; write them down and keep them safe.";
    // Where one is signed in, and machine tokens.
    sign_ins: "已登录的地方", "Where you are signed in";
    sign_ins_hint: "30分钟不用自动退出。看到不认识的，请全部退出并修改密码。", "Each ends after 30 minutes without use. If one is not yours, sign out everywhere and change your password.";
    sign_in_browser: "浏览器", "Browser";
    sign_in_program: "程序", "Program";
    sign_in_this: "本次", "this one";
    sign_in_made: "登录于", "Signed in";
    sign_in_used: "最近使用", "Last used";
    sign_in_ends: "最晚至", "Ends at the latest";
    sign_out_elsewhere: "退出其他登录", "Sign out everywhere else";
    sign_out_everywhere: "全部退出", "Sign out everywhere";
    tokens: "机器令牌", "Machine tokens";
    tokens_hint: "供本单位的系统自动吹哨、读取任务。权限不超过本单位，最多20个。", "For your unit's own systems: to blow, to read tasks. Never more than your unit may; twenty at most.";
    tokens_none: "还没有令牌。", "There is none yet.";
    token_fresh: "新令牌", "The new token";
    token_once: "请现在抄录并妥善保管，离开本页后不再显示。", "Copy it now and keep it safe: it is not shown again.";
    token_new: "新建令牌", "Make a token";
    token_name: "用在哪里", "What it is for";
    token_name_hint: "例如：三号楼烟感主机", "The system that will use it";
    token_scopes: "可以做什么", "What it may do";
    token_scopes_hint: "只选需要的", "Only what is needed";
    token_read: "查看", "Read";
    token_days: "有效期", "Valid for";
    token_networks: "从哪里使用", "From where it works";
    token_networks_hint: "本单位系统所在的网段或地址，用逗号分开，例如10.3.0.0/16；不填则不限", "The networks or addresses of your systems, with commas between, for example 10.3.0.0/16; empty: from everywhere";
    token_anywhere: "不限地址", "From everywhere";
    token_ends: "有效至", "Valid until";
    token_unused: "从未使用", "Never used";
    token_end: "停用", "End";
    token_go: "新建令牌", "Make the token";
}
