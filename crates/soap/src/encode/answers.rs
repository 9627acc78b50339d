use domain::{Dossier, ItemErrors, Registration};

use super::Xml;
use super::registration::Form;
use crate::message::{CancelItem, GetRequest, SubmittedItem, Who};

/// About what an item takes, so that an answer is written without moving it.
const ITEM: usize = 1100;

/// The answer to `registerPresences`: one response per item, in its order.
pub(crate) fn registered(
    items: &[SubmittedItem<'_>],
    answers: &[Result<Registration, ItemErrors>],
) -> Vec<u8> {
    let mut xml = Xml::answer("RegisterPresencesResponse", 512 + ITEM * items.len());
    for (item, answer) in items.iter().zip(answers) {
        xml.protocol("PresenceRegistrationResponse", |xml| match answer {
            Ok(registration) => {
                xml.registration("PresenceRegistration", registration, Form::Submitted, &[]);
            }
            Err(errors) => xml.element("PresenceRegistrationError", |xml| {
                xml.element("PresenceRegistrationSubmitted", |xml| xml.echo(item));
                xml.errors(errors);
            }),
        });
    }
    xml.end_answer("RegisterPresencesResponse")
}

/// The answer to `cancelPresences`: one response per item, in its order.
pub(crate) fn cancelled(
    items: &[CancelItem<'_>],
    answers: &[Result<Registration, ItemErrors>],
) -> Vec<u8> {
    let mut xml = Xml::answer("CancelPresencesResponse", 512 + ITEM * items.len());
    for (item, answer) in items.iter().zip(answers) {
        xml.protocol("CancelPresenceResponse", |xml| match answer {
            Ok(registration) => {
                xml.registration("PresenceRegistration", registration, Form::Submitted, &[]);
            }
            Err(errors) => xml.element("PresenceRegistrationError", |xml| {
                xml.element("CancelPresenceRequest", |xml| {
                    xml.number("PresenceRegistrationId", item.id);
                    xml.text("CancellationReason", &item.reason);
                });
                xml.errors(errors);
            }),
        });
    }
    xml.end_answer("CancelPresencesResponse")
}

/// The answer to `getPresenceRegistration`; empty when there is no such registration.
pub(crate) fn got(request: GetRequest, dossier: Option<&Dossier>) -> Vec<u8> {
    let mut xml = Xml::answer("GetPresenceRegistrationResponse", 4096);
    xml.protocol("GetPresenceRegistrationResponseType", |xml| {
        xml.element("GetPresenceRegistrationRequest", |xml| {
            xml.number("PresenceRegistrationId", request.id);
        });
        xml.element("GetPresenceRegistrationType", |xml| {
            if let Some(Dossier { registration, history }) = dossier {
                xml.registration(
                    "PresenceRegistrationType",
                    registration,
                    Form::Consulted,
                    history,
                );
            }
        });
    });
    xml.end_answer("GetPresenceRegistrationResponse")
}

impl Xml {
    /// What was sent, to the character.
    fn echo(&mut self, item: &SubmittedItem<'_>) {
        if let Some(date) = &item.date {
            self.text("RegistrationDate", &date.text);
        }
        match &item.who {
            Who::Worker { inss, company } => {
                self.text("INSS", inss);
                self.number("CompanyID", *company);
            }
            Who::Limosa(limosa) => self.text("LimosaId", limosa),
        }
        self.text("WorkPlaceId", &item.work_place);
        if let Some(reference) = &item.reference {
            self.text("ClientPresenceRegistrationReference", reference);
        }
    }
}
