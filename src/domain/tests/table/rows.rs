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
