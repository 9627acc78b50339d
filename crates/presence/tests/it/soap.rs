//! Calls as a caller writes them.

use domain::sample;

const NAMESPACE: &str = "http://socialsecurity.be/presenceregistration/v1";
const TYPES: &str = "http://socialsecurity.be/presenceregistration/schemas/v1";

/// The header line that every call has.
pub(crate) const XML: &str = "Content-Type: text/xml; charset=utf-8";

/// A call that registers so many workers at one work for today.
pub(crate) fn register(workers: u32) -> Vec<u8> {
    let mut items = String::new();
    for place in 0..workers {
        items.push_str("<m:PresenceRegistrationRequest><t:INSS>");
        items.push_str(&sample::inss(place).digits());
        items.push_str("</t:INSS><t:CompanyID>");
        items.push_str(&sample::enterprise_number(1).number().to_string());
        items.push_str("</t:CompanyID><t:WorkPlaceId>");
        items.push_str(sample::works_reference(1).as_str());
        items.push_str("</t:WorkPlaceId></m:PresenceRegistrationRequest>");
    }
    envelope("RegisterPresencesRequest", &items)
}

/// A call that asks for one registration.
pub(crate) fn get(id: &str) -> Vec<u8> {
    let inside = format!(
        "<m:GetPresenceRegistrationRequest><t:PresenceRegistrationId>{id}</t:PresenceRegistrationId>\
         </m:GetPresenceRegistrationRequest>"
    );
    envelope("GetPresenceRegistrationRequest", &inside)
}

/// A message around `inside`; its prefixes are `m` and `t`.
pub(crate) fn envelope(message: &str, inside: &str) -> Vec<u8> {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <m:{message} xmlns:m=\"{NAMESPACE}\" xmlns:t=\"{TYPES}\">{inside}</m:{message}>\
         </s:Body></s:Envelope>"
    )
    .into_bytes()
}
