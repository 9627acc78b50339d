use std::sync::Arc;

use domain::{Registration, RegistrationId, Remarks};
use soap::{Answer, Call, Door, DoorSettings, Endpoint, Environment, Gate, Limits, TokenSettings};
use testkit::TestApp;

/// The service's door at 08:00 in Brussels on 24 November 2026.
pub(super) struct Scene {
    pub(super) door: Door,
    test: TestApp,
}

impl Scene {
    pub(super) async fn new() -> Self {
        Self::with_budget(10_000).await
    }

    /// A search may look at `budget` registrations.
    pub(super) async fn with_budget(budget: u32) -> Self {
        let policy = app::default_policy();
        let test = TestApp::with_policy("2026-11-24T07:00:00Z", policy, budget).await;
        let settings = DoorSettings {
            limits: Limits::default(),
            environment: Environment::Test,
            contact: Some("presence@example.org".to_owned()),
            gate: Gate::open(TestApp::caller(), test.clock.clone()),
            tokens: TokenSettings::default(),
            tickets: Box::new(|| "7d4a1c0e5b2f4896a3d1e0c7b9f85621".to_owned()),
        };
        let door = Door::new(Arc::clone(&test.app), settings);
        Self { door, test }
    }

    /// Sends a message as most clients do, without an action.
    pub(super) async fn send(&self, message: &str) -> Answer {
        self.send_as(message.as_bytes(), Some("text/xml; charset=utf-8"), Some("\"\"")).await
    }

    pub(super) async fn send_as(
        &self,
        body: &[u8],
        content_type: Option<&str>,
        soap_action: Option<&str>,
    ) -> Answer {
        let endpoint = Endpoint::HolderOfKey;
        let call = Call { endpoint, content_type, soap_action, body, shown: None, turns: &() };
        self.door.call(call).await
    }

    /// Has a registration checked, with these remarks.
    pub(super) async fn check(&self, id: i64, remarks: Remarks) {
        let at = "2026-11-24T07:00:01.250Z".parse().expect("a moment");
        let transition = move |_: usize, found: Option<&Registration>| {
            let found = found.expect("a known registration");
            Ok(found.checked(remarks, at).expect("a check that changes something"))
        };
        let ids = vec![RegistrationId::new(id)];
        let amended = self.test.store.registrations().amend(ids, Arc::new(transition)).await;
        assert!(amended.expect("the store is there")[0].is_ok());
    }
}

pub(super) fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).expect("answers are UTF-8")
}

/// The ids of the registrations in an answer, in order.
pub(super) fn ids(answer: &Answer) -> Vec<i64> {
    values(answer, "t:PresenceRegistrationId").iter().map(|id| id.parse().expect("an id")).collect()
}

/// The contents of every element of a name, as written.
pub(super) fn values<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let open = format!("<{name}>");
    let parts = text(answer).split(open.as_str()).skip(1);
    parts.map(|rest| rest.split('<').next().expect("split answers a part")).collect()
}
