use super::content::Decoder;
use super::fault::DecodeFault;
use super::names::{SERVICE, TYPES};
use crate::message::CancelItem;

/// The most cancellations in one call.
const MOST: usize = 200;

/// `CancelPresencesRequest`
pub(super) fn cancel<'a>(decoder: &mut Decoder<'a>) -> Result<Vec<CancelItem<'a>>, DecodeFault> {
    decoder.list(SERVICE, &["CancelPresenceRequest"], MOST, |decoder, index| {
        decoder.element("CancelPresenceRequest", index, "CancelPresenceRequestType", item)
    })
}

/// `CancelPresenceRequestType`
fn item<'a>(decoder: &mut Decoder<'a>) -> Result<CancelItem<'a>, DecodeFault> {
    if !decoder.at("PresenceRegistrationId") {
        return Err(decoder.unexpected(TYPES, &["PresenceRegistrationId"]));
    }
    let id = decoder.registration_id()?;
    if !decoder.at("CancellationReason") {
        return Err(decoder.unexpected(TYPES, &["CancellationReason"]));
    }
    let reason = decoder.short_text("CancellationReason", "CancelReasonType", 15)?;
    decoder.end(&[])?;
    Ok(CancelItem { id, reason })
}
