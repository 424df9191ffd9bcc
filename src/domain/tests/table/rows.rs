//! Who may do what in which state, copied from DOMAIN §3.1, §3.2 and §5 (and API.md where it says more), not from the code:
//! where this page and the code differ, one of them is a bug. A post that is not named may do nothing.
//!
//! The small district: XF blew, YJ leads, T01 supports. `director` is the head of YJ too, `director.2` is nobody's.

/// Whistle: state (with what matters beside it) | blower | office | director | lead.
pub(super) const WHISTLE: &str = "
submitted              | withdraw          | accept return decline merge raise_urgency | accept return decline merge raise_urgency lower_urgency           |
submitted appealed     | withdraw          | raise_urgency                             | accept return decline merge raise_urgency lower_urgency           |
submitted major        |                   | accept return decline merge raise_urgency | accept return decline merge raise_urgency lower_urgency           |
returned               | complete withdraw | raise_urgency                             | raise_urgency lower_urgency                                       |
returned urgent        | complete withdraw | accept decline merge raise_urgency        | accept decline merge raise_urgency lower_urgency                  |
returned emergency     | complete withdraw | accept decline merge                      | accept decline merge lower_urgency                                |
accepted               | withdraw          | dispatch merge raise_urgency              | dispatch merge withdraw raise_urgency lower_urgency               | raise_urgency
accepted major         |                   | dispatch merge raise_urgency              | dispatch merge raise_urgency lower_urgency                        | raise_urgency
dispatched             |                   | add_summons raise_urgency                 | withdraw add_summons change_lead raise_urgency lower_urgency      | raise_urgency
dispatched complex     |                   | add_summons raise_urgency                 | withdraw add_summons change_lead raise_urgency                    | raise_urgency
dispatched major       |                   | add_summons raise_urgency                 | add_summons change_lead raise_urgency lower_urgency               | raise_urgency
handling               |                   | add_summons raise_urgency                 | withdraw add_summons change_lead raise_urgency lower_urgency suspend | raise_urgency
rectifying             |                   | add_summons raise_urgency                 | withdraw add_summons change_lead raise_urgency lower_urgency suspend | raise_urgency
awaiting_closure       |                   | raise_urgency send_back close             | raise_urgency lower_urgency send_back close                       | raise_urgency
awaiting_closure major |                   | raise_urgency send_back                   | raise_urgency lower_urgency send_back close                       | raise_urgency
awaiting_closure route |                   | raise_urgency send_back                   | raise_urgency lower_urgency send_back close                       | raise_urgency
awaiting_closure visit |                   | raise_urgency send_back                   | raise_urgency lower_urgency send_back                             | raise_urgency
suspended              |                   | resume                                    | resume                                                            |
closed                 | contest           | reopen                                    | reopen                                                            |
closed late            |                   | reopen                                    | reopen                                                            |
closed contested       |                   |                                           | reopen dismiss_contest                                            |
closed answered        |                   | reopen                                    | reopen                                                            |
declined               | appeal            |                                           |                                                                   |
declined late          |                   |                                           |                                                                   |
declined appealed      |                   |                                           |                                                                   |
merged                 |                   |                                           | unmerge                                                           |
withdrawn              |                   |                                           |                                                                   |
";

/// Who may do it at some time, so that in another state it is 409; everybody else is 403.
pub(super) const WHISTLE_EVER: &str = "
accept return decline merge                               | office director
accept return decline merge appealed                      | director
dispatch send_back add_summons resume                     | office director
complete appeal contest                                   | blower
withdraw                                                  | blower director
unmerge change_lead lower_urgency suspend dismiss_contest | director
raise_urgency                                             | office director lead
close                                                     | office director
close major                                               | director
close route                                               | director
reopen                                                    | office director
reopen contested                                          | director
";

/// Summons of XF: state | liaison | head | inspector | office | director | delegate (SQ01's leader, where it is delegated).
/// `director` stands for both directors here, for XF is nobody's own bureau.
pub(super) const SUMMONS: &str = "
issued                 | acknowledge report_in ask_extension | acknowledge report_in dispute delegate ask_extension | report_in | | excuse |
issued late            | acknowledge report_in ask_extension | acknowledge report_in delegate ask_extension         | report_in | | excuse |
issued overdue         | acknowledge report_in               | acknowledge report_in delegate                       | report_in | | excuse |
issued emergency       | acknowledge report_in ask_extension | acknowledge report_in delegate ask_extension         | report_in | | excuse |
issued asked           | acknowledge report_in               | acknowledge report_in dispute delegate               | report_in | grant_extension refuse_extension | excuse grant_extension refuse_extension |
issued asked major     | acknowledge report_in               | acknowledge report_in dispute delegate               | report_in | | excuse grant_extension refuse_extension |
issued asked second    | acknowledge report_in               | acknowledge report_in dispute delegate               | report_in | | excuse grant_extension refuse_extension |
issued delegated       | acknowledge report_in ask_extension | acknowledge report_in dispute delegate ask_extension | report_in | | excuse | acknowledge report_in
acknowledged           | report_in ask_extension             | report_in dispute delegate ask_extension             | report_in | | excuse |
acknowledged overruled | report_in ask_extension             | report_in delegate ask_extension                     | report_in | | excuse |
reported_in            | start submit ask_extension          | start submit delegate ask_extension                  | start     | | excuse |
reported_in emergency  | start submit ask_extension          | start submit dispute delegate ask_extension          | start     | | excuse |
reported_in delegated  | start submit ask_extension          | start submit delegate ask_extension                  | start     | | excuse | start submit
working                | submit ask_extension                | submit delegate ask_extension                        |           | | excuse |
working emergency      | submit ask_extension                | submit dispute delegate ask_extension                |           | | excuse |
submitted              |                                     | delegate                                             |           | accept send_back | accept send_back excuse |
disputed               |                                     | delegate                                             |           | | uphold overrule refer excuse |
referred               |                                     | delegate                                             |           | | uphold overrule excuse |
done                   |  |  |  |  |  |
released               |  |  |  |  |  |
excused                |  |  |  |  |  |
cancelled              |  |  |  |  |  |
reported_in suspended  |  |  |  |  |  |
";

/// The same for deeds on a summons.
pub(super) const SUMMONS_EVER: &str = "
acknowledge submit                       | liaison head delegate
report_in start                          | liaison head inspector delegate
ask_extension                            | liaison head
dispute delegate                         | head
accept send_back                         | office director
uphold overrule refer excuse             | director
grant_extension refuse_extension         | office director
grant_extension refuse_extension major   | director
grant_extension refuse_extension second  | director
";

/// Where the director's own bureau is a party (T33): state | director | director.2. What either may ever do else is 403.
pub(super) const OWN_BUREAU: &str = "
YJ issued        |                  | excuse
YJ issued asked  |                  | excuse grant_extension refuse_extension
YJ submitted     | accept send_back | accept send_back excuse
YJ disputed      | refer            | uphold overrule refer excuse
YJ referred      | uphold overrule  | uphold overrule excuse
XF names YJ      | refer excuse     | uphold overrule refer excuse
";

/// Visit of YJ (which leads) and XF at E01 in T01, copied from DOMAIN §3.3 and §5: state | post: deeds | post: deeds. `lead` and
/// `officer`: certified, and they go, for YJ and XF; `of.yj`: an inspector of YJ who does not. `emergency` beside a state: it
/// goes at once, and nobody has approved. Where the page names no actor (`keep_secret`) it is whoever announces; the
/// director, who cancels, is the office's too, which plans.
pub(super) const VISIT: &str = "
planning                     | office: propose | director: propose cancel
planning emergency           | office: propose | director: propose cancel | lead: enter | officer: enter
awaiting_approval            | director: excuse_part cancel | head.yj: approve_own_part object | head: approve_own_part object
awaiting_approval half       | director: excuse_part cancel | head.yj: approve_own_part object | head: object
awaiting_approval emergency  | director: excuse_part cancel | head.yj: approve_own_part object | head: approve_own_part object | lead: enter | officer: enter
approved                     | office: announce keep_secret postpone | director: announce keep_secret postpone cancel | head.yj: announce keep_secret postpone | head: postpone | lead: announce keep_secret | of.yj: announce keep_secret | liaison.yj: announce keep_secret
approved today               | office: announce keep_secret postpone | director: announce keep_secret postpone cancel | head.yj: announce keep_secret postpone | head: postpone | lead: announce keep_secret | of.yj: announce keep_secret | liaison.yj: announce keep_secret
announced                    | office: postpone | director: postpone cancel | head.yj: postpone | head: postpone
announced today              | office: postpone | director: postpone cancel | head.yj: postpone | head: postpone | lead: enter | officer: enter
ready_unannounced            | office: postpone | director: postpone cancel | head.yj: postpone | head: postpone
ready_unannounced today      | office: postpone | director: postpone cancel | head.yj: postpone | head: postpone | lead: enter | officer: enter
in_progress                  | director: excuse_part | lead: record finish abort close_own_part | officer: record abort close_own_part | head.yj: close_own_part | head: close_own_part | liaison.yj: close_own_part | liaison: close_own_part
in_progress closed           | lead: record finish abort close_own_part | officer: abort | head.yj: close_own_part | liaison.yj: close_own_part
in_progress emergency        | director: excuse_part | lead: record finish abort close_own_part | officer: record abort close_own_part | head.yj: approve_own_part close_own_part | head: approve_own_part close_own_part | liaison.yj: close_own_part | liaison: close_own_part
signing                      | director: excuse_part | lead: record close_own_part sign refuse_sign | officer: record close_own_part | head.yj: close_own_part | head: close_own_part | liaison.yj: close_own_part | liaison: close_own_part
completed                    | director: excuse_part | lead: record close_own_part | officer: record close_own_part | head.yj: close_own_part | head: close_own_part | liaison.yj: close_own_part | liaison: close_own_part
completed unapproved         | director: excuse_part | lead: record close_own_part | officer: record close_own_part | head.yj: close_own_part | head: approve_own_part close_own_part | liaison.yj: close_own_part | liaison: close_own_part
filed                        |
filed unapproved             |
cancelled                    |
aborted                      | office: postpone | director: postpone cancel | head.yj: postpone | head: postpone
aborted emergency            | office: postpone | director: postpone cancel | head.yj: postpone approve_own_part | head: postpone approve_own_part
";

/// Who may it at some time, as `WHISTLE_EVER`.
pub(super) const VISIT_EVER: &str = "
propose                 | office director
approve_own_part object | head.yj head
excuse_part cancel      | director
announce keep_secret    | office director head.yj lead of.yj liaison.yj
postpone                | office director head.yj head
enter record abort      | lead officer
finish sign refuse_sign | lead
close_own_part          | lead officer head.yj head liaison.yj liaison
";

/// Finding of XF, from DOMAIN §3.4 and §5. `officer`: was there; `other`: certified too, and was not; `town`: whoever speaks for
/// the firm's. Measures are taken in every open state, for danger waits for no paper; the dead ends close from every one.
pub(super) const FINDING: &str = "
found               | officer: order correct_on_site | other: order correct_on_site | head: measures transfer close
found major         | officer: order | other: order | head: measures transfer close
ordered             | officer: report_fixed ask_extension | other: report_fixed ask_extension | head: ask_extension measures transfer close | town: report_fixed
ordered asked       | officer: report_fixed | other: report_fixed | head: grant_extension refuse_extension measures transfer close | town: report_fixed
ordered asked major | officer: report_fixed | other: report_fixed | head: measures transfer close | town: report_fixed | director: grant_extension refuse_extension
ordered measures    | officer: report_fixed ask_extension | other: report_fixed ask_extension | head: ask_extension measures lift_measures transfer | town: report_fixed
ordered prolonged   | officer: report_fixed ask_extension | other: report_fixed ask_extension | head: ask_extension measures! lift_measures transfer | town: report_fixed
ordered handed      | officer: report_fixed ask_extension | other: report_fixed ask_extension | head: ask_extension measures take_back close | town: report_fixed | director: take_back
reported            | officer: recheck | other: recheck | head: measures transfer close
recheck_due         | officer: recheck | other: recheck | head: measures transfer close
recheck_due handed  | officer: recheck | other: recheck | head: measures take_back close | director: take_back
passed              | head: measures close
passed measures     | head: measures lift_measures
failed              | officer: order | other: order | head: measures transfer close
closed              | office: reopen | director: reopen | head: reopen
closed drawn        | office: reopen | director: reopen | head: reopen | officer: recheck | other: recheck!
closed ceased       | office: reopen | director: reopen | head: reopen | town: look
closed ceased looked | office: reopen | director: reopen | head: reopen | town: look
closed ceased looked twice | office: reopen | director: reopen | head: reopen
";

/// Who may it at some time.
pub(super) const FINDING_EVER: &str = "
order correct_on_site recheck          | officer other
report_fixed                           | officer other town
ask_extension                          | officer other head
measures lift_measures close           | head
transfer                               | head
take_back                              | head director
look                                   | town
grant_extension refuse_extension       | head
grant_extension refuse_extension major | director
reopen                                 | office director head
";
