//! The doors of a service, open or not. Every answer is held against the contract.

use std::sync::Arc;

use domain::{Caller, Client, Clock, Role, Sender, TokenKey, sample};
use rest::api::{Answer, Api, ApiSettings, Call};
use rest::oauth::{KeyRing, KeySource, OAuth, OAuthSettings, TokenRequest};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use testkit::{Signer, TestApp};

use crate::contract::{self, Answered};

struct Keys(Arc<KeyRing>);

impl KeySource for Keys {
    fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.0)
    }
}

pub(crate) struct Scene {
    pub(crate) test: TestApp,
    api: Api,
    oauth: OAuth,
    /// The header `Authorization` of all calls, where there is one.
    token: Option<String>,
}

const ISSUER: &str = "https://presence.test";

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

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.answer.body).expect("UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.answer.body).expect("JSON")
    }
}

impl Scene {
    /// A service that runs open.
    pub(crate) async fn at(moment: &str) -> Self {
        Self::new(moment, Some(Caller::open(Sender::default()))).await
    }

    /// A service that runs open for this caller.
    pub(crate) async fn of(moment: &str, caller: Caller) -> Self {
        Self::new(moment, Some(caller)).await
    }

    /// A service with one client: employer 1, which has not yet a token.
    pub(crate) async fn of_client(moment: &str) -> Self {
        let scene = Self::new(moment, None).await;
        let scopes = ["register", "cancel", "consult"];
        let scope = |it| Arc::from(format!("scope:presenceRegistration:{it}"));
        let client = Client {
            company: Some(sample::enterprise_number(1)),
            keys: vec![TokenKey { id: None, text: Signer::rsa().public_pem().into() }],
            scopes: scopes.map(scope).to_vec(),
            ..sample::client("client-1", Role::Employer)
        };
        scene.test.store.clients().add(client).await.expect("added").expect("a new client");
        scene
    }

    async fn new(moment: &str, open: Option<Caller>) -> Self {
        let test = TestApp::at(moment).await;
        let clock: Arc<dyn Clock> = Arc::clone(&test.clock) as _;
        let keys = Keys(Arc::new(KeyRing::fresh(&SystemRandom::new(), clock.now())));
        let settings = OAuthSettings {
            issuer: ISSUER.into(),
            lifetime: 600,
            open,
            ids: Box::new(|| "one".into()),
        };
        let oauth = OAuth::new(Arc::clone(&test.app), clock, Arc::new(keys), settings);
        let tickets = Box::new(|| "0123456789abcdef0123456789abcdef".to_owned());
        let api = Api::new(Arc::clone(&test.app), ApiSettings { cursor_key: [1; 32], tickets });
        Self { test, api, oauth, token: None }
    }

    /// Gets a token as the known clients of the official service do, and calls with it from then on. Answers the token
    /// endpoint's answer.
    pub(crate) async fn log_in(&mut self, id: &str) -> Value {
        let now = self.test.clock.now().as_second();
        let claims = json!({
            "iss": id,
            "sub": id,
            "aud": self.oauth.token_url(),
            "jti": format!("{id}-{now}"),
            "iat": now,
            "exp": now + 300,
        });
        let assertion = Signer::rsa().token(&json!({ "alg": "RS256", "typ": "JWT" }), &claims);
        let body = format!(
            "grant_type=client_credentials&client_assertion_type=\
             urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={assertion}"
        );
        let content_type = Some("application/x-www-form-urlencoded");
        let request =
            TokenRequest { content_type, has_authorization: false, body: body.as_bytes() };
        let answer = self.oauth.token(request).await.expect("a token").response;
        let token = answer["access_token"].as_str().expect("a text");
        self.token = Some(format!("Bearer {token}"));
        answer
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        self.call("POST", path, headers, body.as_bytes()).await
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
        let authorization: Vec<_> = self.token.iter().map(String::as_bytes).collect();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let call = Call {
            method,
            path,
            query,
            authorization: &authorization,
            on_behalf_of: &[],
            content_type: Some("application/json"),
            accept_language: header("accept-language"),
            if_none_match: header("if-none-match"),
            idempotency_keys: &keys,
            trace_id: None,
            body,
            turns: &(),
        };
        let answer = self.api.call(&self.oauth, call).await;
        contract::hold(&Answered {
            method,
            path,
            status: answer.status,
            headers: &answer.headers,
            body: &answer.body,
        });
        Reply { status: answer.status, answer }
    }
}
