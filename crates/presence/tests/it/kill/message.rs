//! Calls as the load writes them, and what their answers show.

use domain::sample;
use jiff::civil::Date;

use crate::soap::envelope;

/// The contract's largest page.
pub(crate) const PAGE: usize = 500;

/// How many persons a work has.
pub(crate) const PERSONS: u32 = 200;

/// The person of a place in a call that registers at a work.
pub(crate) fn person(work: u32, place: u32) -> u32 {
    work * PERSONS + place
}

/// Registers one worker for each reference, at the work of this index, for the present day.
pub(crate) fn register(work: u32, references: &[String]) -> Vec<u8> {
    let company = sample::enterprise_number(1).number();
    let works = sample::works_reference(work);
    let items = references.iter().zip(0..).map(|(reference, place)| {
        let inss = sample::inss(person(work, place)).digits();
        format!(
            "<m:PresenceRegistrationRequest><t:INSS>{inss}</t:INSS><t:CompanyID>{company}</t:CompanyID>\
             <t:WorkPlaceId>{works}</t:WorkPlaceId>\
             <t:ClientPresenceRegistrationReference>{reference}</t:ClientPresenceRegistrationReference>\
             </m:PresenceRegistrationRequest>"
        )
    });
    envelope("RegisterPresencesRequest", &items.collect::<String>())
}

/// Cancels these registrations.
pub(crate) fn cancel(ids: &[u64]) -> Vec<u8> {
    let items = ids.iter().map(|id| {
        format!(
            "<m:CancelPresenceRequest><t:PresenceRegistrationId>{id}</t:PresenceRegistrationId>\
             <t:CancellationReason>PLANNING</t:CancellationReason></m:CancelPresenceRequest>"
        )
    });
    envelope("CancelPresencesRequest", &items.collect::<String>())
}

/// Asks for one registration with its history.
pub(crate) fn get(id: u64) -> Vec<u8> {
    let inside = format!(
        "<m:GetPresenceRegistrationRequest><t:PresenceRegistrationId>{id}</t:PresenceRegistrationId>\
         </m:GetPresenceRegistrationRequest>"
    );
    envelope("GetPresenceRegistrationRequest", &inside)
}

/// Asks for a page of what is registered at a work on a day.
pub(crate) fn search(work: u32, day: Date, first_row: usize) -> Vec<u8> {
    let works = sample::works_reference(work);
    let inside = format!(
        "<m:SearchPresenceRequest><t:SearchPresenceRegistrationCriteria><t:WorkPlaceId>{works}</t:WorkPlaceId>\
         <t:RegistrationPeriodList><t:RegistrationPeriod>\
         <t:RegistrationPeriodStartDate>{day}</t:RegistrationPeriodStartDate>\
         <t:RegistrationPeriodEndDate>{day}</t:RegistrationPeriodEndDate>\
         </t:RegistrationPeriod></t:RegistrationPeriodList></t:SearchPresenceRegistrationCriteria>\
         <t:PaginationProperties><t:FirstRow>{first_row}</t:FirstRow><t:FetchSize>{PAGE}</t:FetchSize>\
         </t:PaginationProperties></m:SearchPresenceRequest>"
    );
    envelope("SearchPresencesRequest", &inside)
}

/// A registration as an answer shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) id: u64,
    pub(crate) reference: String,
    pub(crate) day: String,
    /// Its present status, then those of its history where the answer has them.
    pub(crate) statuses: Vec<String>,
}

impl Shown {
    pub(crate) fn is_cancelled(&self) -> bool {
        self.statuses.first().is_some_and(|status| status == CANCELLED)
    }
}

pub(crate) const REGISTERED: &str = "SUCCESSFULLY REGISTERED";
pub(crate) const CANCELLED: &str = "SUCCESSFULLY CANCELLED";

/// The registrations in an answer, in its order.
pub(crate) fn registrations(answer: &str) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    for piece in answer.split('<') {
        let Some((tag, text)) = piece.split_once('>') else { continue };
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        let name = name.split_once(':').map_or(name, |(_, local)| local);
        if matches!(name, "PresenceRegistrationSubmitted" | "PresenceRegistrationConsultSubmitted")
        {
            all.push(Shown::default());
        }
        let Some(shown) = all.last_mut() else { continue };
        match name {
            "RegistrationDate" => text.clone_into(&mut shown.day),
            "ClientPresenceRegistrationReference" => text.clone_into(&mut shown.reference),
            "PresenceRegistrationId" => shown.id = text.parse().expect("a number"),
            "Status" => shown.statuses.push(text.to_owned()),
            _ => {}
        }
    }
    all
}
