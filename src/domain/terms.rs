//! The closed word lists of the field: states, roles, grounds, kinds. One list, one enum, one wire form.
//! A word is written once here and is then the same in the ledger, on the wire and in the tests; what people
//! read on a page is `i18n`'s. Nothing here decides anything.

/// Declares a closed word list: an enum, its wire words, `ALL`, `as_str`, `parse`, and serde as the word.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every word, in the order of the list.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];
            /// Every wire word, in the order of the list.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word on the wire and in the ledger.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// The member that this word names.
            pub fn parse(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                $name::parse(&word).ok_or_else(|| serde::de::Error::custom("a word outside its list"))
            }
        }
    };
}
pub(crate) use words;

words!(
    /// How fast the first hour must go; mirrors Beijing's hotline (2 h / 24 h / 7 d / 15 d).
    Urgency { Emergency = "emergency", Urgent = "urgent", Normal = "normal", Complex = "complex", }
);
words!(
    /// The law's word for a hazard; major only by a published criterion (安全生产法 118).
    Severity { General = "general", Major = "major", }
);
words!(
    /// How the office lets a whistle be handled.
    Route { Single = "single", Coordinated = "coordinated", Joint = "joint", Emergency = "emergency", }
);
words!(
    /// Where the blower learned of it.
    Source {
        OwnInspection = "own_inspection", Grid = "grid", Hotline12345 = "hotline_12345", Enterprise = "enterprise",
        Sensor = "sensor", Letter = "letter", Superior = "superior", Informant = "informant", Expert = "expert",
    }
);
words!(
    /// A whistle's state, DOMAIN §3.1.
    WhistleStatus {
        Submitted = "submitted", Returned = "returned", Accepted = "accepted", Dispatched = "dispatched",
        Handling = "handling", Rectifying = "rectifying", AwaitingClosure = "awaiting_closure",
        Suspended = "suspended", Closed = "closed", Declined = "declined", Merged = "merged", Withdrawn = "withdrawn",
    }
);
words!(
    /// A summons' state, DOMAIN §3.2.
    SummonsStatus {
        Issued = "issued", Acknowledged = "acknowledged", ReportedIn = "reported_in", Working = "working",
        Submitted = "submitted", Done = "done", Disputed = "disputed", Referred = "referred",
        Released = "released", Excused = "excused", Cancelled = "cancelled",
    }
);
words!(
    /// What a summoned department is in this whistle: exactly one leads.
    SummonsRole { Lead = "lead", Support = "support", }
);
words!(
    /// How a department attends.
    Mode { Site = "site", Meeting = "meeting", System = "system", }
);
words!(
    /// Whether every summoned department must finish, or any one of them.
    Needs { Each = "each", Any = "any", }
);
words!(
    /// How the hazard ended.
    ClosureKind {
        Fixed = "fixed", OnSite = "on_site", Ceased = "ceased", Shutdown = "shutdown",
        Dismantled = "dismantled", Unfounded = "unfounded", Transferred = "transferred",
    }
);
words!(
    /// Why the office does not take a whistle on.
    DeclineGround { NotSafety = "not_safety", OutsideDistrict = "outside_district", AlreadyHandled = "already_handled", }
);
words!(
    /// Why a whistle's clocks stand still.
    SuspendGround {
        OwnerUnreachable = "owner_unreachable", AwaitingOutsidePower = "awaiting_outside_power",
        CourtPending = "court_pending", Disaster = "disaster", Other = "other",
    }
);
words!(
    /// Why a closed whistle is taken up again.
    ReopenGround {
        BlowerAsks = "blower_asks", SpotCheckFailed = "spot_check_failed", Relapse = "relapse",
        ContestUpheld = "contest_upheld",
    }
);
words!(
    /// Why a department says that a summons is not its own.
    DisputeGround { NotOurDuty = "not_our_duty", Duplicate = "duplicate", OtherLead = "other_lead", }
);
words!(
    /// Who reads a comment: whoever sees the whistle, or the office (and the supervisors, who read everything).
    Visibility { All = "all", Office = "office", }
);
words!(
    /// The role of one sign-in; a person with two roles has two sign-ins.
    Role {
        Liaison = "liaison", DepartmentHead = "department_head", OfficeDuty = "office_duty",
        OfficeDirector = "office_director", Inspector = "inspector", SquadLeader = "squad_leader",
        TownOfficer = "town_officer", Expert = "expert", LegalReviewer = "legal_reviewer",
        Supervisor = "supervisor", Admin = "admin",
        SecurityAdmin = "security_admin", AuditAdmin = "audit_admin",
    }
);
words!(
    /// Hazard categories, DOMAIN §1.
    Category {
        DustExplosion = "dust_explosion", ConfinedSpace = "confined_space", Coating = "coating",
        HazardousChemicals = "hazardous_chemicals", SmallChemical = "small_chemical", Fire = "fire",
        SpecialEquipment = "special_equipment", Gas = "gas", MetalSmelting = "metal_smelting", Ammonia = "ammonia",
        Construction = "construction", Transport = "transport", Electrical = "electrical", Machinery = "machinery",
        Warehouse = "warehouse", Tenancy = "tenancy", CrowdedPlace = "crowded_place", EcoFacility = "eco_facility",
        Lithium = "lithium", Rural = "rural", Water = "water", Campus = "campus", Lightning = "lightning",
        Other = "other",
    }
);
words!(
    /// The kinds of letters that deeds owe, API.md.
    LetterKind {
        WhistleNew = "whistle_new", SummonsNew = "summons_new", WhistleReturned = "whistle_returned",
        WhistleDeclined = "whistle_declined", WhistleMerged = "whistle_merged", WhistleClosed = "whistle_closed",
        SummonsDisputed = "summons_disputed", SummonsRuled = "summons_ruled", Reminder = "reminder",
        SignInAdded = "sign_in_added", ShiftSet = "shift_set",
        WhistleUnsealed = "whistle_unsealed",
        VisitInvitation = "visit_invitation", VisitCancelled = "visit_cancelled",
        FindingRelapsed = "finding_relapsed",
    }
);
impl LetterKind {
    /// Brings a visit into somebody's calendar, or out of it.
    pub fn is_invitation(self) -> bool {
        matches!(self, LetterKind::VisitInvitation | LetterKind::VisitCancelled)
    }

    /// Tells what only who sees everything may know: that it reached nobody is told to nobody else either.
    pub fn is_discreet(self) -> bool {
        self == LetterKind::WhistleUnsealed
    }

    /// Has no table of a whistle: it says that something was done, and where to look.
    pub fn is_notice(self) -> bool {
        matches!(self, LetterKind::SignInAdded | LetterKind::ShiftSet | LetterKind::FindingRelapsed)
    }
}

words!(
    /// Why law has a text erased, 个人信息保护法 47 (1) to (5).
    ErasureGround {
        PurposeMet = "purpose_met", RetentionOver = "retention_over", ConsentWithdrawn = "consent_withdrawn",
        Unlawful = "unlawful", OtherLaw = "other_law",
    }
);
words!(
    /// Who may read a text (GB/T 22239 calls it its mark): whoever sees its whistle, or only by an opening that is
    /// recorded. The ledger keeps a sealed one encrypted.
    TextClass { Open = "open", Sealed = "sealed", }
);
words!(
    /// What somebody must do next, and by when: the subject of an obligation.
    Duty {
        Triage = "triage", Complete = "complete", Dispatch = "dispatch", ReportIn = "report_in",
        FirstResult = "first_result", Review = "review", Closure = "closure",
        /// The director rules a dispute.
        Ruling = "ruling",
        /// The district leader's ruling of a dispute that the director had to refer.
        Referral = "referral",
        /// A suspended whistle goes on.
        Resume = "resume",
        /// The director answers a blower who contests the closing.
        ContestAnswer = "contest_answer",
        /// A visit is planned, or planned anew.
        Planning = "planning",
        /// A head approves the own department's part; as the visit's own limit: the director decides without the silent.
        Approval = "approval",
        /// An approved visit takes place.
        Visit = "visit",
        /// What was begun on site comes to its end.
        Finish = "finish",
        /// The firm signs the record, or its refusal is noted.
        Signing = "signing",
        /// A department closes its own part.
        Part = "part",
        /// Orders are served and the firm is told its results (2 wd).
        Filing = "filing",
        /// What becomes of an aborted visit.
        Choice = "choice",
        /// A finding is ordered to be put right.
        Order = "order",
        /// An ordered finding is put right.
        Rectification = "rectification",
        /// What was reported as fixed, or should be, is looked at again.
        Recheck = "recheck",
        /// A failed recheck is ordered anew.
        Reorder = "reorder",
        /// A passed finding is struck off by somebody else.
        StrikeOff = "strike_off",
        /// Safety measures run out: extended once, or lifted.
        Measures = "measures",
        /// The receipt of a power outside is there; without it, the director sees to it.
        Receipt = "receipt",
        /// The town looks at a place whose subject is gone.
        Look = "look",
    }
);
impl Duty {
    /// What a finding owes beside its own next step.
    pub fn is_beside(self) -> bool {
        matches!(self, Duty::Measures | Duty::Receipt | Duty::Look)
    }
}
words!(
    /// How long somebody may still do something, or how far a deed may reach: it is nobody's duty.
    Window {
        /// A department disputes a summons: from dispatch, in an emergency from reporting in.
        Dispute = "dispute",
        /// What an overruled department has left at least.
        Overruled = "overruled",
        /// A blower appeals against a declined whistle.
        Appeal = "appeal",
        /// A blower contests a closing.
        Contest = "contest",
        /// A suspended whistle is looked at again.
        Suspension = "suspension",
        /// The longest that a general finding may be ordered to take.
        General = "general",
        /// The longest that a major one may.
        Major = "major",
        /// A firm is not visited again within this, by any member.
        Repeat = "repeat",
        /// A firm is told of an announced visit this long before.
        Notice = "notice",
        /// A finding that comes back within this was never gone.
        Relapse = "relapse",
        /// A place whose subject is gone is looked at twice within this.
        Watch = "watch",
    }
);
words!(
    /// A joint visit's state, DOMAIN §3.3.
    VisitStatus {
        Planning = "planning", AwaitingApproval = "awaiting_approval", Approved = "approved",
        Announced = "announced", ReadyUnannounced = "ready_unannounced", InProgress = "in_progress",
        Signing = "signing", Completed = "completed", Filed = "filed", Cancelled = "cancelled", Aborted = "aborted",
    }
);
words!(
    /// The part of a day in which a visit takes place.
    Period { Am = "AM", Pm = "PM", Night = "NIGHT", }
);
words!(
    /// Whether the firm is told beforehand (四不两直: it is not).
    Notice { Announced = "announced", Unannounced = "unannounced", }
);
words!(
    /// What somebody is on a visit. An expert's remark counts once two certified officers adopt it.
    MemberRole { Lead = "lead", Member = "member", Expert = "expert", Locality = "locality", }
);
words!(
    /// What became of one item of a visit.
    Outcome { Ok = "ok", Finding = "finding", NotApplicable = "n_a", NotChecked = "not_checked", }
);
words!(
    /// What a head objects to.
    Objection { Date = "date", Item = "item", Staff = "staff", }
);
words!(
    /// Why a visit was broken off (安全生产法 66, 108).
    AbortGround { Refused = "refused", Danger = "danger", FirmClosed = "firm_closed", }
);
words!(
    /// A finding's state, DOMAIN §3.4.
    FindingStatus {
        Found = "found", Ordered = "ordered", Reported = "reported", RecheckDue = "recheck_due", Passed = "passed",
        Failed = "failed", Closed = "closed",
    }
);
words!(
    /// What keeps people safe until a hazard is gone (安全生产法 65).
    Measure { Evacuate = "evacuate", Stop = "stop", Seal = "seal", }
);
