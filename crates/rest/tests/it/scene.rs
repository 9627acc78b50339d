//! The door of an open service.

use std::sync::Arc;

use domain::{Caller, Clock, Sender};
use rest::api::{Answer, Api, ApiSettings, Call};
use rest::oauth::{KeyRing, KeySource, OAuth, OAuthSettings};
use ring::rand::SystemRandom;
use serde_json::Value;
use testkit::TestApp;

struct Keys(Arc<KeyRing>);

impl KeySource for Keys {
    fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.0)
    }
}

pub(crate) struct Scene {
    _test: TestApp,
    api: Api,
    oauth: OAuth,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    answer: Answer,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.answer
            .headers
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.answer.body).expect("JSON")
    }
}

impl Scene {
    pub(crate) async fn at(moment: &str) -> Self {
        let test = TestApp::at(moment).await;
        let clock: Arc<dyn Clock> = Arc::clone(&test.clock) as _;
        let keys = Keys(Arc::new(KeyRing::fresh(&SystemRandom::new(), clock.now())));
        let settings = OAuthSettings {
            issuer: "https://presence.test".into(),
            lifetime: 600,
            open: Some(Caller::open(Sender::default())),
            ids: Box::new(|| "one".into()),
        };
        let oauth = OAuth::new(Arc::clone(&test.app), clock, Arc::new(keys), settings);
        let tickets = Box::new(|| "0123456789abcdef0123456789abcdef".to_owned());
        let api = Api::new(Arc::clone(&test.app), ApiSettings { cursor_key: [1; 32], tickets });
        Self { _test: test, api, oauth }
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let reply = self.call("POST", path, &[], body.as_bytes()).await;
        (reply.status, reply.json())
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.call("GET", path, headers, b"").await
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let header = |name| headers.iter().find(|(other, _)| *other == name).map(|(_, it)| *it);
        let keys: Vec<_> = header("idempotency-key").into_iter().map(str::as_bytes).collect();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let call = Call {
            method,
            path,
            query,
            authorization: &[],
            content_type: Some("application/json"),
            accept_language: header("accept-language"),
            if_none_match: header("if-none-match"),
            idempotency_keys: &keys,
            trace_id: None,
            body,
        };
        let answer = self.api.call(&self.oauth, call).await;
        Reply { status: answer.status, answer }
    }
}
