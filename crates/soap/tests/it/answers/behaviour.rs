//! What the door does with a call.

use domain::sample;

use super::requests::{cancel, element, get, page, register, search, search_all, sort, worker};
use super::scene::{Scene, ids, text, values};

const SERVICE: &str = "http://socialsecurity.be/presenceregistration/v1/";

#[tokio::test]
async fn each_item_is_answered_by_itself_and_in_order() {
    let scene = Scene::new().await;
    let wrong = worker(2, 1).replace("1Y00000000001", "nowhere");
    let answer = scene.send(&register(&[worker(1, 1), wrong, worker(3, 1)])).await;
    assert_eq!(answer.status, 200);
    assert_eq!(values(&answer, "t:ErrorCode"), ["4"]);
    let persons = [1, 1, 2, 3, 3].map(|index| sample::inss(index).digits());
    assert_eq!(values(&answer, "t:INSS"), persons.each_ref());
    let outcome = &answer.outcome;
    assert_eq!((outcome.operation, outcome.fault), (Some("registerPresences"), None));
    assert_eq!((outcome.items, outcome.refused), (3, 1));
}

#[tokio::test]
async fn a_call_that_is_not_valid_stores_nothing_at_all() {
    let scene = Scene::new().await;
    let wrong = worker(2, 1).replace("<t:CompanyID>", "<t:CompanyID>x");
    let answer = scene.send(&register(&[worker(1, 1), wrong])).await;
    assert_eq!((answer.status, answer.outcome.fault), (500, Some("SOA-03006")));
    assert!(text(&answer).contains("PresenceRegistrationRequest[2]/CompanyID"));
    let found = scene.send(&search_all("")).await;
    assert_eq!(values(&found, "t:PresenceRegistrationResultCount"), ["0"]);
}

#[tokio::test]
async fn a_fault_never_repeats_a_value_of_the_message() {
    let scene = Scene::new().await;
    let person = sample::inss(1).digits();
    let message = register(&[worker(1, 1).replace(&person, &format!("{person}9"))]);
    let answer = scene.send(&message).await;
    assert_eq!(answer.outcome.fault, Some("SOA-03006"));
    assert!(!text(&answer).contains(&person));
    assert!(!format!("{:?}", answer.outcome).contains(&person));
}

#[tokio::test]
async fn a_fault_carries_the_ticket_of_the_log() {
    let scene = Scene::new().await;
    let answer = scene.send("<no").await;
    let id = format!(" Id=\"{}\"", answer.outcome.ticket);
    assert!(text(&answer).contains(&id), "{}", text(&answer));
    assert!(answer.outcome.detail.is_some());
}

#[tokio::test]
async fn the_body_decides_and_an_action_must_not_contradict_it() {
    let scene = Scene::new().await;
    let message = get(1);
    let right = format!("\"{SERVICE}getPresenceRegistration\"");
    for action in [None, Some(""), Some("\"\""), Some(&*right), Some(right.trim_matches('"'))] {
        let answer = scene.send_as(message.as_bytes(), Some("text/xml"), action).await;
        assert_eq!(answer.status, 200, "{action:?}");
    }
    let other = format!("\"{SERVICE}cancelPresences\"");
    let answer = scene.send_as(message.as_bytes(), Some("text/xml"), Some(&other)).await;
    assert_eq!(answer.outcome.fault, Some("SOA-03005"));
}

#[tokio::test]
async fn a_mismatched_action_registers_nothing() {
    let scene = Scene::new().await;
    let message = register(&[worker(1, 1)]);
    let action = format!("{SERVICE}searchPresences");
    let answer = scene.send_as(message.as_bytes(), Some("text/xml"), Some(&action)).await;
    assert_eq!(answer.outcome.fault, Some("SOA-03005"));
    let found = scene.send(&search_all("")).await;
    assert_eq!(values(&found, "t:PresenceRegistrationResultCount"), ["0"]);
}

#[tokio::test]
async fn the_charset_of_the_header_or_of_the_declaration_is_read() {
    let scene = Scene::new().await;
    let item = worker(1, 1) + &element("t:ClientPresenceRegistrationReference", "caf\u{e9}");
    let message = register(&[item]);
    let latin: Vec<u8> =
        message.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    let wide: Vec<u8> = message.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = [0xFF, 0xFE].into_iter().chain(wide).collect();
    let declared = [b"<?xml version='1.0' encoding='ISO-8859-1'?>".as_slice(), &latin].concat();
    for (body, content_type) in [
        (&latin, "text/xml; charset=ISO-8859-1"),
        (&declared, "text/xml"),
        (&marked, "text/xml; charset=utf-16"),
    ] {
        let answer = scene.send_as(body, Some(content_type), None).await;
        let references = values(&answer, "t:ClientPresenceRegistrationReference");
        assert_eq!(references, ["caf\u{e9}"], "{content_type}");
    }
}

#[tokio::test]
async fn a_registration_shows_the_day_that_was_taken() {
    let scene = Scene::new().await;
    let tomorrow = element("t:RegistrationDate", " 2026-11-25+14:00 ") + &worker(2, 1);
    let answer = scene.send(&register(&[worker(1, 1), tomorrow])).await;
    assert_eq!(values(&answer, "t:RegistrationDate"), ["2026-11-24", "2026-11-25"]);
}

#[tokio::test]
async fn a_reason_comes_back_in_the_letters_that_were_sent() {
    let scene = Scene::new().await;
    let stored = ids(&scene.send(&register(&[worker(1, 1)])).await);
    let answer = scene.send(&cancel(&[(stored[0], "hOLIDAY"), (stored[0], "Vacances")])).await;
    assert_eq!(values(&answer, "t:Status"), ["SUCCESSFULLY CANCELLED"]);
    assert_eq!(values(&answer, "t:ErrorCode"), ["8", "11"]);
    assert_eq!(values(&answer, "t:CancellationReason"), ["Vacances"]);
}

#[tokio::test]
async fn pages_of_a_search_do_not_overlap_and_the_count_is_of_all() {
    let scene = Scene::new().await;
    let items: Vec<_> = (0..7).map(|person| worker(person, 1)).collect();
    let stored = ids(&scene.send(&register(&items)).await);
    let mut seen = Vec::new();
    for first_row in [0, 3, 6] {
        let rest = page(first_row, 3) + &sort("ASCENDING", "PLACE OF WORK");
        let answer = scene.send(&search_all(&rest)).await;
        assert_eq!(values(&answer, "t:PresenceRegistrationResultCount"), ["7"]);
        seen.extend(ids(&answer));
    }
    assert_eq!(seen, stored);
    let counted = scene.send(&search_all(&page(0, 0))).await;
    assert_eq!(values(&counted, "t:PresenceRegistrationResultCount"), ["7"]);
    assert!(ids(&counted).is_empty());
}

#[tokio::test]
async fn far_bounds_of_a_search_lie_on_their_own_side() {
    let scene = Scene::new().await;
    scene.send(&register(&[worker(1, 1)])).await;
    let count = async |period: (&str, &str), after: &str| {
        let answer = scene.send(&search("", &[period], after, "")).await;
        values(&answer, "t:PresenceRegistrationResultCount").concat()
    };
    let today = ("2026-11-24", "2026-11-24");
    let (start, end) = ("t:CreationStartDate", "t:CreationEndDate");
    assert_eq!(count(("-0044-03-15", "12026-01-01"), "").await, "1");
    assert_eq!(count(("12026-01-01", "12026-01-02"), "").await, "0");
    assert_eq!(count(today, &element(start, "12026-01-01T00:00:00")).await, "0");
    assert_eq!(count(today, &element(start, "9999-12-31T23:59:59")).await, "0");
    assert_eq!(count(today, &element(end, "12026-01-01T00:00:00")).await, "1");
    assert_eq!(count(today, &element(start, "-0044-03-15T00:00:00")).await, "1");
    assert_eq!(count(today, &element(end, "-0044-03-15T00:00:00")).await, "0");
}

#[tokio::test]
async fn a_number_is_echoed_as_its_value_and_a_text_to_the_character() {
    let scene = Scene::new().await;
    let before = "<t:INSS>00000000000</t:INSS><t:CompanyID> +5 </t:CompanyID>\
                  <t:WorkPlaceId> x&#x20;</t:WorkPlaceId>";
    let answer = scene.send(&search(before, &[(" 2026-11-24Z ", "2026-11-24")], "", "")).await;
    assert_eq!(values(&answer, "t:CompanyID"), ["5"]);
    assert_eq!(values(&answer, "t:WorkPlaceId"), [" x "]);
    assert_eq!(values(&answer, "t:RegistrationPeriodStartDate"), ["2026-11-24Z"]);
    assert_eq!(values(&answer, "t:ErrorCode"), ["2", "4", "5"]);
}
