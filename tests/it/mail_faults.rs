//! The mail room from outside: what each kind of letter says, and what becomes of a letter when the relay falls
//! silent, refuses or hangs up (C05). The relay is a double on a thread of its own, so that it can be silent without
//! holding the runtime under test. Nothing here sleeps: what is waited for has a deadline.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender as Teller, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use whistle_hub::domain::at::At;
use whistle_hub::domain::terms::{Category, ClosureKind, DeclineGround, LetterKind, Severity, Urgency};
use whistle_hub::mail::{FaultKind, LetterFacts, Rendered, Sender, Transport, render};

const SHORT: Duration = Duration::from_millis(200);
/// For a whole conversation, before somebody falls silent.
const LONG_ENOUGH: Duration = Duration::from_secs(3);
pub(crate) const AMPLE: Duration = Duration::from_secs(20);

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

pub(crate) fn facts(kind: LetterKind) -> LetterFacts {
    LetterFacts {
        kind,
        key: format!("{kind}.WH-2026-0731"),
        to: "liaison.xf@yunhu.example".into(),
        code: "WH-2026-0731".into(),
        summons: None,
        category: Category::DustExplosion,
        urgency: Urgency::Urgent,
        severity: None,
        town: Some("青溪镇".into()),
        due_at: None,
        missing: vec![],
        ground: None,
        closure: None,
        ruled: None,
        owed: vec![],
        visit: None,
        link: "https://hub.yunhu.example/w/WH-2026-0731".into(),
        district: "云湖区".into(),
        demo: false,
    }
}

pub(crate) fn letter(facts: &LetterFacts) -> Rendered {
    let sender = Sender::parse("云湖区安委办 <hub@yunhu.example>", None, None).unwrap();
    render(facts, &sender, at("2026-11-25T15:00:30+08:00")).unwrap()
}

/// Subject and plain part without the footer, which is the same for all and shown in full once.
pub(crate) fn shown(facts: &LetterFacts) -> String {
    let letter = letter(facts);
    let body = letter.text.split("\n--\n").next().unwrap_or_default();
    format!("{}\n\n{body}", letter.subject)
}

/// How the double treats one connection.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Manner {
    Good,
    /// Answers so to RCPT of everybody whose address does not begin so.
    OnlyFor(&'static str, &'static str),
    SilentAfterAccept,
    /// Takes DATA, then neither reads nor answers.
    SilentInData,
    /// Answers so to RCPT.
    Recipient(&'static str),
    /// Answers so to MAIL.
    Sender(&'static str),
    /// Answers so to the end of the content.
    Content(&'static str),
    /// Reads the content and closes without a word.
    TornAfterData,
    /// After a letter: 421 and gone.
    HangsUpWhenIdle,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Seen {
    Command(String),
    Gone,
}

/// Serves one connection per manner, in order; tells what it hears.
pub(crate) fn relay(manners: Vec<Manner>) -> (String, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let (tell, seen) = channel();
    std::thread::spawn(move || {
        for manner in manners {
            let Ok((socket, _)) = listener.accept() else { return };
            socket.set_read_timeout(Some(AMPLE)).unwrap();
            let ended = serve(&socket, manner, &tell);
            if ended.is_ok() {
                tell.send(Seen::Gone).ok();
            }
        }
    });
    (url, seen)
}

fn serve(mut socket: &TcpStream, manner: Manner, tell: &Teller<Seen>) -> std::io::Result<()> {
    let mut lines = BufReader::new(socket);
    if manner == Manner::SilentAfterAccept {
        return lines.read_to_end(&mut Vec::new()).map(drop);
    }
    socket.write_all(b"220 double ESMTP\r\n")?;
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let command = line.trim_end().to_owned();
        line.clear();
        tell.send(Seen::Command(command.clone())).ok();
        let verb = command.split([' ', ':']).next().unwrap_or_default();
        let answer = match (verb, manner) {
            ("EHLO", _) => "250-double\r\n250 SIZE 1000000",
            ("MAIL", Manner::Sender(answer)) | ("RCPT", Manner::Recipient(answer)) => answer,
            ("RCPT", Manner::OnlyFor(whom, answer)) if !command.contains(&format!("<{whom}@")) => answer,
            ("DATA", Manner::SilentInData) => {
                socket.write_all(b"354 go on\r\n")?;
                return lines.read_to_end(&mut Vec::new()).map(drop);
            }
            ("DATA", _) => {
                socket.write_all(b"354 go on\r\n")?;
                while lines.read_line(&mut line)? > 0 && line != ".\r\n" {
                    line.clear();
                }
                line.clear();
                if manner == Manner::TornAfterData {
                    return Ok(());
                }
                if manner == Manner::HangsUpWhenIdle {
                    return socket.write_all(b"250 taken\r\n421 idle, goodbye\r\n");
                }
                if let Manner::Content(answer) = manner { answer } else { "250 taken" }
            }
            _ => "250 fine",
        };
        socket.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

/// Two letters over one transport: the first meets `manner` and must end so, the second meets a good relay.
async fn then_a_good_one(manner: Manner, deadline: Duration, kind: Option<FaultKind>) {
    let (url, seen) = relay(vec![manner, Manner::Good]);
    let mut transport = Transport::from_url(&url, "hub.yunhu.example", None).unwrap();
    let letter = letter(&facts(LetterKind::SummonsNew));
    let first = transport.hand_over(&letter, deadline).await;
    assert_eq!(first.map_err(|fault| fault.kind).err(), kind);
    // The double stays with its first caller until the socket closes, so this passes only if it was dropped.
    while seen.recv_timeout(AMPLE).expect("the socket was not dropped") != Seen::Gone {}
    transport.hand_over(&letter, AMPLE).await.unwrap();
    let heard: Vec<Seen> = seen.try_iter().collect();
    for command in ["EHLO hub.yunhu.example", "MAIL FROM:<>", "RCPT TO:<liaison.xf@yunhu.example>", "DATA"] {
        assert!(heard.contains(&Seen::Command(command.into())), "{command} not in {heard:?}");
    }
}

#[tokio::test]
async fn a_relay_that_falls_silent_after_accepting_ends_by_the_deadline() {
    then_a_good_one(Manner::SilentAfterAccept, SHORT, Some(FaultKind::Temporary)).await;
}

#[tokio::test]
async fn a_relay_that_falls_silent_in_data_leaves_the_letter_ambiguous() {
    then_a_good_one(Manner::SilentInData, LONG_ENOUGH, Some(FaultKind::Ambiguous)).await;
}

#[tokio::test]
async fn a_line_torn_after_the_content_leaves_the_letter_ambiguous() {
    then_a_good_one(Manner::TornAfterData, AMPLE, Some(FaultKind::Ambiguous)).await;
}

#[tokio::test]
async fn an_answer_of_450_is_temporary_and_of_550_permanent() {
    then_a_good_one(Manner::Recipient("450 4.2.1 busy"), AMPLE, Some(FaultKind::Temporary)).await;
    then_a_good_one(Manner::Recipient("550 5.1.1 unknown"), AMPLE, Some(FaultKind::Permanent)).await;
    then_a_good_one(Manner::Content("451 4.3.0 later"), AMPLE, Some(FaultKind::Temporary)).await;
    then_a_good_one(Manner::Content("554 5.6.0 no"), AMPLE, Some(FaultKind::Permanent)).await;
}

#[tokio::test]
async fn a_relay_that_refuses_us_does_not_condemn_the_letter() {
    then_a_good_one(Manner::Sender("554 5.7.1 who are you"), AMPLE, Some(FaultKind::Temporary)).await;
}

#[tokio::test]
async fn a_relay_that_hangs_up_while_idle_costs_no_letter() {
    then_a_good_one(Manner::HangsUpWhenIdle, AMPLE, None).await;
}

#[tokio::test]
async fn two_letters_to_a_good_relay_share_one_connection() {
    let (url, seen) = relay(vec![Manner::Good]);
    let mut transport = Transport::from_url(&url, "hub.yunhu.example", None).unwrap();
    for kind in [LetterKind::SummonsNew, LetterKind::WhistleNew] {
        transport.hand_over(&letter(&facts(kind)), AMPLE).await.unwrap();
    }
    let heard: Vec<Seen> = seen.try_iter().collect();
    let count =
        |verb| heard.iter().filter(|seen| matches!(seen, Seen::Command(line) if line.starts_with(verb))).count();
    assert_eq!((count("EHLO"), count("DATA")), (1, 2));
}

#[tokio::test]
async fn t24_hidden_starttls_sends_nothing() {
    let (url, seen) = relay(vec![Manner::Good]);
    let mut transport = Transport::from_url(&format!("{url}?tls=required"), "hub.yunhu.example", None).unwrap();
    let fault = transport.hand_over(&letter(&facts(LetterKind::SummonsNew)), AMPLE).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Temporary);
    while let Seen::Command(line) = seen.recv_timeout(AMPLE).unwrap() {
        assert!(line.starts_with("EHLO") || line.starts_with("QUIT"), "{line} went over a clear line");
    }
}

#[tokio::test]
async fn tls_from_the_first_byte_against_a_clear_relay_ends_by_the_deadline() {
    let (url, _seen) = relay(vec![Manner::SilentAfterAccept]);
    let mut transport = Transport::from_url(&url.replace("smtp:", "smtps:"), "hub.yunhu.example", None).unwrap();
    let fault = transport.hand_over(&letter(&facts(LetterKind::SummonsNew)), SHORT).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Temporary);
}

#[tokio::test]
async fn a_repeat_into_a_folder_overwrites_the_same_file() {
    let dir = std::env::temp_dir().join(format!("whistle-hub-letters-{}", std::process::id()));
    let mut transport = Transport::from_url(&format!("file://{}", dir.display()), "hub.yunhu.example", None).unwrap();
    let letter = letter(&facts(LetterKind::SummonsNew));
    for _ in 0..2 {
        transport.hand_over(&letter, AMPLE).await.unwrap();
    }
    let names: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let bytes = std::fs::read(dir.join("summons_new.WH-2026-0731.eml")).unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    assert_eq!((names.len(), bytes.as_slice()), (1, letter.eml()));
}

#[tokio::test]
async fn letters_in_memory_are_there_for_the_harness() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let mut transport = Transport::Memory(Arc::clone(&kept));
    transport.hand_over(&letter(&facts(LetterKind::WhistleClosed)), AMPLE).await.unwrap();
    assert_eq!(kept.lock().unwrap()[0].kind, LetterKind::WhistleClosed);
}

#[test]
fn a_new_whistle_asks_the_duty_officer_to_triage() {
    let due_at = Some(at("2026-11-25T17:00:00+08:00"));
    let letter = letter(&LetterFacts { due_at, demo: true, ..facts(LetterKind::WhistleNew) });
    insta::assert_snapshot!(format!("{}\n\n{}", letter.subject, letter.text), @"
    【演示】新哨待受理：WH-2026-0731（加急，粉尘涉爆）

    云湖区吹哨协同平台
    这是演示环境的邮件，人和事均为虚构。

    新哨待受理
    有一件新哨到达安委办，请及时受理。

    哨编号：WH-2026-0731
    隐患类别：粉尘涉爆
    紧急程度：加急
    属地：青溪镇
    受理时限：2026年11月25日17:00

    请登录平台受理、退回或者不予受理：
    https://hub.yunhu.example/w/WH-2026-0731

    --
    本邮件由云湖区吹哨协同平台自动发出，数据截至2026年11月25日15:00。
    请勿回复，此信箱无人查看。有疑问请联系安委办值班员。
    内容有误，请与安委办联系，核对后更正。
    ");
}

#[test]
fn a_summons_names_its_own_code_and_the_major_hazard() {
    let letter = LetterFacts {
        summons: Some("WH-2026-0731-XF".into()),
        severity: Some(Severity::Major),
        due_at: Some(at("2026-11-26T09:30:00+08:00")),
        ..facts(LetterKind::SummonsNew)
    };
    insta::assert_snapshot!(shown(&letter), @"
    派单待报到：WH-2026-0731-XF（加急，重大，粉尘涉爆）

    云湖区吹哨协同平台

    派单待报到
    安委办向贵单位派单，请按时报到。

    派单编号：WH-2026-0731-XF
    哨编号：WH-2026-0731
    隐患类别：粉尘涉爆
    隐患等级：重大隐患
    紧急程度：加急
    属地：青溪镇
    报到时限：2026年11月26日09:30

    请登录平台查看任务并报到：
    https://hub.yunhu.example/w/WH-2026-0731
    ");
}

#[test]
fn a_returned_whistle_lists_what_is_missing_in_known_words_only() {
    let missing = vec!["place".to_owned(), "enterprise".to_owned(), "王某某 13900000000".to_owned()];
    insta::assert_snapshot!(shown(&LetterFacts { missing, ..facts(LetterKind::WhistleReturned) }), @"
    哨被退回，请补正：WH-2026-0731（加急，粉尘涉爆）

    云湖区吹哨协同平台

    哨被退回，请补正
    贵单位所吹的哨缺少内容，补正后重新受理。

    哨编号：WH-2026-0731
    隐患类别：粉尘涉爆
    紧急程度：加急
    属地：青溪镇

    需要补充的内容：
    - 地点
    - 企业
    - 其他内容

    请登录平台补正：
    https://hub.yunhu.example/w/WH-2026-0731
    ");
}

#[test]
fn a_declined_whistle_gives_the_ground_and_the_appeal() {
    let ground = Some(DeclineGround::OutsideDistrict);
    insta::assert_snapshot!(shown(&LetterFacts { ground, ..facts(LetterKind::WhistleDeclined) }), @"
    哨不予受理：WH-2026-0731（加急，粉尘涉爆）

    云湖区吹哨协同平台

    哨不予受理
    贵单位所吹的哨，安委办决定不予受理。

    哨编号：WH-2026-0731
    隐患类别：粉尘涉爆
    紧急程度：加急
    属地：青溪镇
    理由：不属于本区管辖

    请登录平台查看理由；如有不同意见，可在平台上申诉一次：
    https://hub.yunhu.example/w/WH-2026-0731
    ");
}

#[test]
fn a_closed_whistle_says_how_it_ended() {
    let closure = Some(ClosureKind::Fixed);
    insta::assert_snapshot!(shown(&LetterFacts { closure, ..facts(LetterKind::WhistleClosed) }), @"
    哨已办结：WH-2026-0731（加急，粉尘涉爆）

    云湖区吹哨协同平台

    哨已办结
    贵单位所吹的哨已经办结。

    哨编号：WH-2026-0731
    隐患类别：粉尘涉爆
    紧急程度：加急
    属地：青溪镇
    办结方式：整改完成

    请登录平台查看结果：
    https://hub.yunhu.example/w/WH-2026-0731
    ");
}
