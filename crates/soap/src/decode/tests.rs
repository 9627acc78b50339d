use super::*;
use crate::message::{CancelItem, GetRequest, Who};

fn envelope(body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns='http://socialsecurity.be/presenceregistration/v1' \
         xmlns:t='http://socialsecurity.be/presenceregistration/schemas/v1'>\n\
         <s:Body>{body}</s:Body>\n</s:Envelope>"
    )
}

fn read(text: &str) -> Result<Request<'_>, DecodeFault> {
    decode(text, &Limits::default())
}

#[test]
fn a_registration_is_read() {
    let text = envelope(
        "<RegisterPresencesRequest>\
         <PresenceRegistrationRequest><t:RegistrationDate>2026-11-24</t:RegistrationDate>\
         <t:INSS>00000000097</t:INSS><t:CompanyID>0403199702</t:CompanyID>\
         <t:WorkPlaceId>1A&amp;2</t:WorkPlaceId>\
         <t:ClientPresenceRegistrationReference> r </t:ClientPresenceRegistrationReference>\
         </PresenceRegistrationRequest>\
         <PresenceRegistrationRequest><t:LimosaId/><t:WorkPlaceId><![CDATA[W]]>1<!-- -->2</t:WorkPlaceId>\
         </PresenceRegistrationRequest></RegisterPresencesRequest>",
    );
    let Ok(Request::Register(items)) = read(&text) else { panic!("{:?}", read(&text)) };
    assert_eq!(items[0].date.as_ref().unwrap().text, "2026-11-24");
    assert_eq!(items[0].who, Who::Worker { inss: "00000000097".into(), company: 403_199_702 });
    assert_eq!(items[0].work_place, "1A&2");
    assert_eq!(items[0].reference.as_deref(), Some(" r "));
    assert_eq!(items[1].who, Who::Limosa("".into()));
    assert_eq!(items[1].work_place, "W12");
    assert_eq!((&items[1].date, &items[1].reference), (&None, &None));
}

#[test]
fn a_cancellation_is_read() {
    let text = envelope(
        "<CancelPresencesRequest><CancelPresenceRequest>\
         <t:PresenceRegistrationId> +123456789012345 </t:PresenceRegistrationId>\
         <t:CancellationReason>holiday</t:CancellationReason>\
         </CancelPresenceRequest></CancelPresencesRequest>",
    );
    let item = CancelItem { id: 123_456_789_012_345, reason: "holiday".into() };
    assert_eq!(read(&text), Ok(Request::Cancel(vec![item])));
}

#[test]
fn a_get_is_read() {
    let text = envelope(
        "<GetPresenceRegistrationRequest><GetPresenceRegistrationRequest>\
         <t:PresenceRegistrationId>-7</t:PresenceRegistrationId>\
         </GetPresenceRegistrationRequest></GetPresenceRegistrationRequest>",
    );
    assert_eq!(read(&text), Ok(Request::Get(GetRequest { id: -7 })));
}

#[test]
fn a_full_search_is_read() {
    let text = envelope(
        "<SearchPresencesRequest><SearchPresenceRequest><t:SearchPresenceRegistrationCriteria>\
         <t:INSS>00000000097</t:INSS><t:CompanyID>1</t:CompanyID><t:WorkPlaceId>W</t:WorkPlaceId>\
         <t:StatusList><t:Status>FAILED</t:Status><t:Status>FAILED</t:Status></t:StatusList>\
         <t:RemarkList><t:Remark>COMPANY IS NOT KNOWN  AS BUILDER OR  SUBCONTRACTOR IN THIS DUC</t:Remark></t:RemarkList>\
         <t:RegistrationPeriodList><t:RegistrationPeriod>\
         <t:RegistrationPeriodStartDate>2026-01-01</t:RegistrationPeriodStartDate>\
         <t:RegistrationPeriodEndDate>2026-01-31</t:RegistrationPeriodEndDate>\
         </t:RegistrationPeriod></t:RegistrationPeriodList>\
         <t:CreationStartDate>2026-01-01T00:00:00</t:CreationStartDate>\
         <t:CreationEndDate>2026-01-01T24:00:00Z</t:CreationEndDate><t:Sector>2</t:Sector>\
         </t:SearchPresenceRegistrationCriteria>\
         <t:PaginationProperties><t:FirstRow>-1</t:FirstRow><t:FetchSize>999999999</t:FetchSize></t:PaginationProperties>\
         <t:SortingProperties><t:SortDirection>DESCENDING</t:SortDirection>\
         <t:SortCriteria>PLACE OF WORK</t:SortCriteria></t:SortingProperties>\
         </SearchPresenceRequest></SearchPresencesRequest>",
    );
    insta::assert_debug_snapshot!(read(&text).unwrap());
}

#[test]
fn two_hundred_items_are_read_and_no_more() {
    let calls = |count: usize| {
        let item = "<CancelPresenceRequest><t:PresenceRegistrationId>1</t:PresenceRegistrationId>\
                    <t:CancellationReason/></CancelPresenceRequest>\n";
        envelope(&format!(
            "<CancelPresencesRequest>{}</CancelPresencesRequest>",
            item.repeat(count)
        ))
    };
    assert!(matches!(read(&calls(200)), Ok(Request::Cancel(items)) if items.len() == 200));
    let Err(DecodeFault::Schema(fault)) = read(&calls(201)) else { panic!() };
    assert_eq!(fault.path, "CancelPresencesRequest/CancelPresenceRequest[201]");
    assert_eq!((fault.line, fault.rule), (202, Rule::TooMany(200)));
}
