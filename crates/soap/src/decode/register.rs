use super::content::Decoder;
use super::fault::DecodeFault;
use super::names::{SERVICE, TYPES};
use crate::message::{SubmittedItem, Who};

/// The most registrations in one call.
const MOST: usize = 200;

/// `RegisterPresencesRequest`
pub(super) fn register<'a>(
    decoder: &mut Decoder<'a>,
) -> Result<Vec<SubmittedItem<'a>>, DecodeFault> {
    decoder.list(SERVICE, &["PresenceRegistrationRequest"], MOST, |decoder, index| {
        decoder.element(
            "PresenceRegistrationRequest",
            index,
            "PresenceRegistrationSubmitType",
            item,
        )
    })
}

/// `PresenceRegistrationSubmitType`
fn item<'a>(decoder: &mut Decoder<'a>) -> Result<SubmittedItem<'a>, DecodeFault> {
    let mut begins: &'static [&'static str] = &["RegistrationDate", "INSS", "LimosaId"];
    let mut date = None;
    if decoder.at("RegistrationDate") {
        date = Some(decoder.date("RegistrationDate")?);
        begins = &["INSS", "LimosaId"];
    }
    let who = if decoder.at("INSS") {
        let inss = decoder.inss()?;
        if !decoder.at("CompanyID") {
            return Err(decoder.unexpected(TYPES, &["CompanyID"]));
        }
        Who::Worker { inss, company: decoder.company()? }
    } else if decoder.at("LimosaId") {
        Who::Limosa(decoder.value("LimosaId", None, "LimosaIdType", Ok)?)
    } else {
        return Err(decoder.unexpected(TYPES, begins));
    };
    if !decoder.at("WorkPlaceId") {
        return Err(decoder.unexpected(TYPES, &["WorkPlaceId"]));
    }
    let work_place = decoder.work_place()?;
    let mut reference = None;
    if decoder.at(REFERENCE) {
        reference = Some(decoder.short_text(REFERENCE, "ClientReferenceType", 24)?);
        decoder.end(&[])?;
    }
    decoder.end(&[REFERENCE])?;
    Ok(SubmittedItem { date, who, work_place, reference })
}

const REFERENCE: &str = "ClientPresenceRegistrationReference";
