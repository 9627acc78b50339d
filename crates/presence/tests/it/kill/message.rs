//! Calls as the load writes them, and what their answers show.

use domain::sample;
use jiff::civil::Date;

use crate::soap::envelope;

/// The contract's largest page.
pub(super) const PAGE: usize = 500;

/// Registers one worker for each reference, at the work of this index, for the present day.
pub(super) fn register(work: u32, references: &[String]) -> Vec<u8> {
    let company = sample::enterprise_number(1).number();
    let works = sample::works_reference(work);
    let items = references.iter().zip(0..).map(|(reference, place)| {
        let inss = sample::inss(place).digits();
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
pub(super) fn cancel(ids: &[u64]) -> Vec<u8> {
    let items = ids.iter().map(|id| {
        format!(
            "<m:CancelPresenceRequest><t:PresenceRegistrationId>{id}</t:PresenceRegistrationId>\
             <t:CancellationReason>PLANNING</t:CancellationReason></m:CancelPresenceRequest>"
        )
    });
    envelope("CancelPresencesRequest", &items.collect::<String>())
}

/// Asks for one registration with its history.
pub(super) fn get(id: u64) -> Vec<u8> {
    let inside = format!(
        "<m:GetPresenceRegistrationRequest><t:PresenceRegistrationId>{id}</t:PresenceRegistrationId>\
         </m:GetPresenceRegistrationRequest>"
    );
    envelope("GetPresenceRegistrationRequest", &inside)
}

/// Asks for a page of what is registered at a work on a day.
pub(super) fn search(work: u32, day: Date, first_row: usize) -> Vec<u8> {
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
pub(super) struct Shown {
    pub(super) id: u64,
    pub(super) reference: String,
    pub(super) day: String,
    /// Its present status, then those of its history where the answer has them.
    pub(super) statuses: Vec<String>,
}

impl Shown {
    pub(super) fn is_cancelled(&self) -> bool {
        self.statuses.first().is_some_and(|status| status == CANCELLED)
    }
}

pub(super) const REGISTERED: &str = "SUCCESSFULLY REGISTERED";
pub(super) const CANCELLED: &str = "SUCCESSFULLY CANCELLED";

/// The registrations in an answer, in its order.
pub(super) fn registrations(answer: &str) -> Vec<Shown> {
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
