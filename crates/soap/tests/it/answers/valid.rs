//! Every answer is valid against the schema, whatever is asked.

use domain::{Remark, Remarks, Sector, SortKey, sample};
use soap::{Answer, TransportFault};

use super::requests::{
    cancel, element, envelope, get, page, register, search, search_all, sort, worker,
};
use super::scene::{Scene, ids, text};
use super::schema;

const BOTH: &[(&str, &str)] = &[("2026-11-24", "2026-11-25")];

/// Registrations right and wrong, in every form.
fn submissions() -> Vec<String> {
    let date = |date: &str| element("t:RegistrationDate", date);
    let reference = |text: &str| element("t:ClientPresenceRegistrationReference", text);
    let limosa = |id: &str| element("t:LimosaId", id) + &element("t:WorkPlaceId", "1Y00000000001");
    let wrong = |inss: &str, company: &str, work: &str| {
        let who = element("t:INSS", inss) + &element("t:CompanyID", company);
        who + &element("t:WorkPlaceId", work)
    };
    vec![
        worker(1, 1),
        date("2026-11-25") + &worker(2, 2) + &reference("Q&amp;A &lt;1&gt; \"é\" &#xD;&#10;&#9;"),
        date(" 2026-11-24+14:00 ") + &worker(3, 3) + &reference(""),
        worker(4, 4) + &reference("𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘"),
        worker(5, 99),
        limosa("00123456789012345"),
        limosa(""),
        limosa("L &amp; <![CDATA[<x>]]>"),
        date("2026-11-26") + &worker(6, 1),
        date("-0044-03-15Z") + &worker(6, 1),
        date("123456789-12-31") + &worker(6, 1),
        wrong("12345678901", " +5 ", ""),
        wrong("١٢٣٤٥٦٧٨٩٠١", "-9999999999", " x "),
        wrong("00000000000", "0400000087", "1Y0000000000&lt;"),
    ]
}

async fn searches(scene: &Scene) -> Vec<Answer> {
    let mut messages = vec![search_all(""), search_all(&page(0, 0)), search_all(&page(2, 3))];
    for key in SortKey::ALL {
        for direction in ["ASCENDING", "DESCENDING"] {
            messages.push(search_all(&sort(direction, key.protocol())));
        }
    }
    for (first_row, fetch_size) in [(-1, 50), (0, 501), (999_999_999, 500), (0, -999_999_999)] {
        messages.push(search_all(&page(first_row, fetch_size)));
    }
    let inss = element("t:INSS", &sample::inss(1).digits());
    let company = element("t:CompanyID", &sample::enterprise_number(1).number().to_string());
    let work = element("t:WorkPlaceId", sample::works_reference(1).as_str());
    let statuses = element("t:StatusList", &element("t:Status", "FAILED").repeat(4));
    let remark = |remark: Remark| element("t:Remark", remark.protocol());
    let remarks = element("t:RemarkList", &Remark::PROTOCOL.map(remark).concat());
    for before in [&inss, &company, &work, &statuses, &remarks] {
        messages.push(search(before, BOTH, "", ""));
    }
    let all = [inss, company, work, statuses, remarks].concat();
    let created = element("t:CreationStartDate", "2026-11-24T08:00:00.000+01:00")
        + &element("t:CreationEndDate", " 2026-11-24T24:00:00 ");
    for sector in Sector::ALL.map(|sector| i32::from(sector.number())).into_iter().chain([-7]) {
        let after = created.clone() + &element("t:Sector", &sector.to_string());
        messages.push(search(&all, BOTH, &after, &(page(0, 10) + &sort("ASCENDING", "ID"))));
    }
    let wrong = "<t:INSS>٠٠٠٠٠٠٠٠٠٠٠</t:INSS><t:CompanyID>-0</t:CompanyID><t:WorkPlaceId>&#xD;</t:WorkPlaceId>";
    messages.push(search(wrong, BOTH, "", ""));
    messages.push(search("", &[("-0001-01-01", "99999-12-31+14:00"); 31], "", ""));
    messages.push(search("", &[("2026-11-25", "2026-11-24")], "", ""));
    let backwards = element("t:CreationStartDate", "12026-01-01T00:00:00")
        + &element("t:CreationEndDate", "-0044-03-15T00:00:00Z");
    messages.push(search("", BOTH, &backwards, ""));
    send_all(scene, &messages).await
}

/// Messages that are refused, one for each kind of fault, and what the transport refuses.
async fn faults(scene: &Scene) -> Vec<Answer> {
    let good = get(1);
    let messages = [
        String::new(),
        "&".to_owned(),
        good.replace("</s:Envelope>", ""),
        format!("<!DOCTYPE x>{good}"),
        format!("<r>{good}</r>"),
        good.replace("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope"),
        good.replace(
            "<s:Body>",
            "<s:Header><h xmlns='urn:h' s:mustUnderstand='1'/></s:Header><s:Body>",
        ),
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>"
            .to_owned(),
        envelope("Nothing", ""),
        envelope("RegisterPresencesRequest", ""),
        good.replace("<s:Body>", "<s:Body><x/>"),
        register(&[worker(1, 1).replace("<t:INSS>", "<t:INSS>.")]),
        register(&vec![worker(1, 1); 201]),
        good.replace("<t:PresenceRegistrationId>", &"<t:a>".repeat(70)),
        cancel(&[(1, "longer than fifteen")]),
        cancel(&[(1_000_000_000_000_000, "OTHER")]),
    ];
    let mut answers = send_all(scene, &messages).await;
    for content_type in ["application/soap+xml", "application/json", "text/xml; charset=klingon"] {
        answers.push(scene.send_as(good.as_bytes(), Some(content_type), None).await);
    }
    answers.push(scene.send_as(good.as_bytes(), None, Some("urn:other")).await);
    answers.push(scene.send_as(b"<a>\xff</a>", None, None).await);
    for fault in [
        TransportFault::BodyTooLarge { limit: 1 },
        TransportFault::BodyTooSlow { seconds: 1 },
        TransportFault::UnsupportedEncoding,
        TransportFault::BadGzip,
        TransportFault::Overloaded,
        TransportFault::Internal,
    ] {
        answers.push(scene.door.fault(fault));
    }
    assert!(answers.iter().all(|answer| answer.status == 500 && answer.outcome.fault.is_some()));
    answers
}

async fn send_all(scene: &Scene, messages: &[String]) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(messages.len());
    for message in messages {
        answers.push(scene.send(message).await);
    }
    answers
}

#[tokio::test]
async fn every_answer_is_valid_against_the_schema_and_canonical() {
    let scene = Scene::new().await;
    let submissions = submissions();
    let mut answers = vec![scene.send(&register(&submissions)).await];
    let ids = ids(&answers[0]);
    assert_eq!(ids.len(), 6, "{}", text(&answers[0]));
    scene.check(ids[0], Remarks::NONE).await;
    scene.check(ids[1], Remark::ALL.into_iter().collect()).await;
    scene.check(ids[2], Remarks::NONE.with(Remark::WorkUnknown)).await;
    let cancellations =
        [(ids[2], "holiday"), (ids[2], "C32a"), (ids[3], "&lt;&amp;&gt;"), (-5, ""), (0, "OTHER")];
    answers.push(scene.send(&cancel(&cancellations)).await);
    answers.extend(searches(&scene).await);
    for id in [ids[0], ids[1], ids[2], ids[3], ids[4], 0, -999, 999_999_999_999_999] {
        answers.push(scene.send(&get(id)).await);
    }
    let many: Vec<_> = (0..200).map(|person| worker(person, 1)).collect();
    answers.push(scene.send(&register(&many)).await);
    answers.push(scene.send(&search_all(&page(0, 500))).await);
    let narrow = Scene::with_budget(3).await;
    narrow.send(&register(&many)).await;
    answers.push(narrow.send(&search_all("")).await);
    assert!(text(answers.last().expect("pushed")).contains("<t:ErrorCode>102<"));
    answers.extend(faults(&scene).await);
    schema::hold("rich", &answers);
}
