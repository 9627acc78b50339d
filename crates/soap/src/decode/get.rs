use super::content::Decoder;
use super::fault::DecodeFault;
use super::names::{SERVICE, TYPES};
use crate::message::GetRequest;

/// `GetPresenceRegistrationRequest`: the element inside has the same name as the operation's.
pub(super) fn get(decoder: &mut Decoder<'_>) -> Result<GetRequest, DecodeFault> {
    const NAME: &str = "GetPresenceRegistrationRequest";
    if !decoder.at_in(SERVICE, NAME) {
        return Err(decoder.unexpected(SERVICE, &[NAME]));
    }
    let request = decoder.element(NAME, None, "GetPresenceRegistrationRequestType", |decoder| {
        if !decoder.at("PresenceRegistrationId") {
            return Err(decoder.unexpected(TYPES, &["PresenceRegistrationId"]));
        }
        let id = decoder.registration_id()?;
        decoder.end(&[])?;
        Ok(GetRequest { id })
    })?;
    decoder.end(&[])?;
    Ok(request)
}
