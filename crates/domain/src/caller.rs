use std::sync::Arc;

use thiserror::Error;

use crate::register::Period;
use crate::{Client, ClientId, EnterpriseNumber, Inss, Mandate, Role};

/// Who sent a registration or a cancellation (`SenderType`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// The sender's id, as the register of clients knows it.
    pub id: Option<Arc<str>>,
    /// The sender's enterprise: the client's own, or the one that an intermediary vouches for.
    pub company: Option<EnterpriseNumber>,
    /// The type of user, in the protocol's free text.
    pub user_type: Option<Arc<str>>,
}

/// Who calls: every use case takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    sender: Sender,
    who: Identity,
    acting_for: Option<EnterpriseNumber>,
    ticket: Option<Arc<str>>,
}

/// As what a caller is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Nobody in particular: the service runs open, and everyone may do everything.
    Open,
    /// A client of the register.
    Client(Arc<Client>),
    /// A person who reads what concerns them.
    Worker(Inss),
}

/// Why a client cannot call as it wants to. The texts are for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CallerError {
    /// The client is refused.
    #[error(
        "the client is revoked; add it anew with `presence client add`, or lift it with `presence client restore`"
    )]
    Revoked,
    /// The role needs an enterprise.
    #[error(
        "the client has no enterprise number, and its role needs one; give it with `presence client change --company`"
    )]
    NoCompany,
    /// An intermediary calls on behalf of someone, always.
    #[error("an intermediary has to name the enterprise on whose behalf it calls")]
    NotOnBehalf,
    /// No mandate of this enterprise, on any day.
    #[error(
        "the client has no mandate of enterprise {0}; give it one with `presence client change --mandate`"
    )]
    NoMandate(EnterpriseNumber),
    /// Only its own enterprise.
    #[error(
        "the client is enterprise {own} and calls on behalf of {other}; only mandataries and intermediaries call for others"
    )]
    OtherCompany {
        /// The client's enterprise.
        own: EnterpriseNumber,
        /// The one that it named.
        other: EnterpriseNumber,
    },
    /// Its role acts for nobody.
    #[error("a client of this role calls on nobody's behalf")]
    NeverOnBehalf,
}

impl Caller {
    /// The caller of a service that runs open: it may do everything. What is recorded as the sender is what the
    /// operator's configuration says.
    pub fn open(sender: Sender) -> Self {
        Self { sender, who: Identity::Open, acting_for: None, ticket: None }
    }

    /// A client of the register, which may name the enterprise on whose behalf it calls. A mandatary that names one
    /// acts for that one alone in this call; one that names none, for all whose mandate it has.
    pub fn client(
        client: Arc<Client>,
        acting_for: Option<EnterpriseNumber>,
    ) -> Result<Self, CallerError> {
        check(&client, acting_for)?;
        let company = match client.role {
            Role::Intermediary => acting_for,
            _ => client.company,
        };
        let sender = Sender {
            id: Some(client.id.shared()),
            company,
            user_type: Some(Arc::clone(&client.user_type)),
        };
        let acting_for = acting_for.filter(|company| client.company != Some(*company));
        Ok(Self { sender, who: Identity::Client(client), acting_for, ticket: None })
    }

    /// A person who reads what concerns them.
    pub fn worker(inss: Inss) -> Self {
        let user_type = Some(Arc::from("WORKER"));
        let sender = Sender { id: None, company: None, user_type };
        Self { sender, who: Identity::Worker(inss), acting_for: None, ticket: None }
    }

    /// The caller in the call that has this ticket.
    #[must_use]
    pub fn with_ticket(self, ticket: &str) -> Self {
        Self { ticket: Some(ticket.into()), ..self }
    }

    /// What is recorded as the sender of what this caller registers.
    pub fn sender(&self) -> &Sender {
        &self.sender
    }

    /// As what it is known.
    pub fn identity(&self) -> &Identity {
        &self.who
    }

    /// The name of its role, for logs and audit.
    pub fn role(&self) -> &'static str {
        match &self.who {
            Identity::Open => "open",
            Identity::Client(client) => client.role.name(),
            Identity::Worker(_) => "worker",
        }
    }

    /// The client's id, where it is one.
    pub fn client_id(&self) -> Option<&ClientId> {
        match &self.who {
            Identity::Client(client) => Some(&client.id),
            Identity::Open | Identity::Worker(_) => None,
        }
    }

    /// The enterprise on whose behalf it calls, where that is not its own.
    pub fn acting_for(&self) -> Option<EnterpriseNumber> {
        self.acting_for
    }

    /// The ticket of the call.
    pub fn ticket(&self) -> Option<&Arc<str>> {
        self.ticket.as_ref()
    }

    /// The enterprises that it acts as, and when: its own always, others as far as they have mandated it. Empty for
    /// roles that act for nobody.
    pub fn acts_as(&self) -> impl Iterator<Item = (EnterpriseNumber, Period)> + '_ {
        let client = match &self.who {
            Identity::Client(client) => Some(&**client),
            Identity::Open | Identity::Worker(_) => None,
        };
        let own = client.filter(|client| {
            matches!(client.role, Role::Employer)
                || matches!(client.role, Role::Mandatary(_)) && self.acting_for.is_none()
        });
        let own = own.and_then(|client| client.company);
        let vouched = client.filter(|client| client.role == Role::Intermediary);
        let vouched = vouched.and(self.sender.company);
        let mandates: &[Mandate] = match client.map(|client| &client.role) {
            Some(Role::Mandatary(mandates)) => mandates,
            _ => &[],
        };
        let others = mandates
            .iter()
            .filter(|mandate| self.acting_for.is_none_or(|only| only == mandate.employer))
            .map(|mandate| (mandate.employer, mandate.period));
        own.or(vouched).map(|company| (company, Period::ALWAYS)).into_iter().chain(others)
    }
}

fn check(client: &Client, acting_for: Option<EnterpriseNumber>) -> Result<(), CallerError> {
    if client.revoked.is_some() {
        return Err(CallerError::Revoked);
    }
    if client.role.needs_company() && client.company.is_none() {
        return Err(CallerError::NoCompany);
    }
    match (&client.role, acting_for, client.company) {
        (Role::Intermediary, None, _) => Err(CallerError::NotOnBehalf),
        (Role::Intermediary, Some(_), _) | (_, None, _) => Ok(()),
        (_, Some(other), Some(own)) if own == other => Ok(()),
        (Role::Mandatary(mandates), Some(other), _) => {
            let has = mandates.iter().any(|mandate| mandate.employer == other);
            has.then_some(()).ok_or(CallerError::NoMandate(other))
        }
        (Role::Employer, Some(other), Some(own)) => Err(CallerError::OtherCompany { own, other }),
        (_, Some(_), _) => Err(CallerError::NeverOnBehalf),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::sample::enterprise_number as enterprise;
    use crate::{Profile, sample};

    fn client(role: Role) -> Arc<Client> {
        Arc::new(Client { company: Some(enterprise(1)), ..sample::client("one", role) })
    }

    fn acts_as(caller: &Caller) -> Vec<EnterpriseNumber> {
        caller.acts_as().map(|(company, _)| company).collect()
    }

    #[test]
    fn an_employer_acts_as_itself_alone() {
        let employer = Caller::client(client(Role::Employer), None).expect("may call");
        assert_eq!(acts_as(&employer), [enterprise(1)]);
        let named = Caller::client(client(Role::Employer), Some(enterprise(1)));
        assert_eq!(named, Ok(employer), "to name oneself says nothing new");
        let other = Caller::client(client(Role::Employer), Some(enterprise(2)));
        let expected = CallerError::OtherCompany { own: enterprise(1), other: enterprise(2) };
        assert_eq!(other, Err(expected));
    }

    #[test]
    fn a_mandatary_acts_for_all_its_employers_or_for_the_one_it_names() {
        let mandate = |index| Mandate {
            employer: enterprise(index),
            period: Period::since(date(2026, 1, 1)),
        };
        let role = || Role::Mandatary(vec![mandate(2), mandate(3)]);
        let all = Caller::client(client(role()), None).expect("may call");
        assert_eq!(acts_as(&all), [1, 2, 3].map(enterprise));
        let one = Caller::client(client(role()), Some(enterprise(3))).expect("mandated");
        assert_eq!(acts_as(&one), [enterprise(3)]);
        assert_eq!(one.sender().company, Some(enterprise(1)), "the mandatary is the sender");
        let none = Caller::client(client(role()), Some(enterprise(4)));
        assert_eq!(none, Err(CallerError::NoMandate(enterprise(4))));
    }

    #[test]
    fn an_intermediary_calls_on_behalf_of_someone_always() {
        let alone = Caller::client(client(Role::Intermediary), None);
        assert_eq!(alone, Err(CallerError::NotOnBehalf));
        let vouched = Caller::client(client(Role::Intermediary), Some(enterprise(7)));
        let vouched = vouched.expect("may call");
        assert_eq!(acts_as(&vouched), [enterprise(7)]);
        assert_eq!(vouched.sender().company, Some(enterprise(7)));
        assert_eq!(vouched.acting_for(), Some(enterprise(7)));
    }

    #[test]
    fn readers_act_for_nobody() {
        for role in [Role::Consulting(Profile::Dolsis), Role::Inspector, Role::Administrator] {
            let reader = Caller::client(client(role.clone()), None).expect("may call");
            assert_eq!(acts_as(&reader), []);
            let for_other = Caller::client(client(role), Some(enterprise(2)));
            assert_eq!(for_other, Err(CallerError::NeverOnBehalf));
        }
        assert_eq!(acts_as(&Caller::worker(sample::inss(1))), []);
        assert_eq!(acts_as(&Caller::open(Sender::default())), []);
    }

    #[test]
    fn revoked_clients_and_those_without_an_enterprise_do_not_call() {
        let revoked =
            Client { revoked: Some(Timestamp::UNIX_EPOCH), ..(*client(Role::Inspector)).clone() };
        assert_eq!(Caller::client(Arc::new(revoked), None), Err(CallerError::Revoked));
        let nobody = Client { company: None, ..(*client(Role::Employer)).clone() };
        assert_eq!(Caller::client(Arc::new(nobody), None), Err(CallerError::NoCompany));
    }
}
