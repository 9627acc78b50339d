//! A program with clients that sign, and the messages that they send.

use std::fs;
use std::path::Path;

use domain::{ClientId, EnterpriseNumber};
use jiff::{SignedDuration, Timestamp};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use wss::Certificate;
use wss::saml::{AssertionDraft, Attribute, NameIdentifier, unsigned};
use wss::sign::{KeyReference, Outgoing, SigningKey, canonical_content};

use crate::reply::Reply;
use crate::server::{Server, program};
use crate::soap::register;

const TOKENS: &str = "/SecurityTokenService/v2";
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// The clients of a demonstration, and a program that knows them.
pub(crate) struct Scene {
    pub(crate) server: Server,
    data: TempDir,
}

impl Scene {
    /// A demonstration.
    pub(crate) fn demonstration() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let server = serve(data.path(), &["--demo"]);
        Self { server, data }
    }

    /// The clients of a demonstration at a service that is not open.
    pub(crate) fn closed(flags: &[&str]) -> Self {
        let Self { server, data } = Self::demonstration();
        server.stop();
        Self { server: serve(data.path(), flags), data }
    }

    /// A client's key.
    pub(crate) fn key(&self, client: &str) -> SigningKey {
        let file = self.data.path().join("demo-keys").join(client);
        let text = |ending| fs::read_to_string(file.with_extension(ending)).expect("it is there");
        key(&(text("key") + &text("pem")))
    }

    /// Sends a message to an address.
    pub(crate) fn send(&self, path: &str, message: &str) -> Reply {
        Self::send_to(&self.server, path, message)
    }

    /// The request that sends a message to an address.
    pub(crate) fn request(path: &str, message: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: text/xml\r\n\
             Content-Length: {}\r\n\r\n{message}",
            message.len()
        )
    }

    /// Sends a message to an address of this server.
    pub(crate) fn send_to(server: &Server, path: &str, message: &str) -> Reply {
        server.send(Self::request(path, message).as_bytes())
    }

    /// Sends a message that must be refused with this `faultcode`; the log must say why, under its ticket, and the caller not.
    #[track_caller]
    pub(crate) fn is_refused(&self, path: &str, message: &str, code: &str, why: &str) {
        let reply = self.send(path, message);
        let text = reply.text();
        assert_eq!(reply.status, 500, "{text}");
        assert_eq!(reply.fault().as_deref(), Some("SOA-01001"), "{text}");
        assert!(text.contains(&format!(":{code}</faultcode>")), "{code} is not in {text}");
        let line = self.server.log_line(&reply.ticket());
        assert!(line.contains(why), "{why} is not in {line}");
        assert!(why.is_empty() || !text.contains(why), "the caller is told too much: {text}");
    }

    /// Asks the token service for a token: its id and itself, or the fault.
    pub(crate) fn token(
        &self,
        client: &str,
        path: Option<&str>,
        sender: Option<&str>,
    ) -> Result<(String, String), Reply> {
        let applies = path.map_or_else(String::new, |path| {
            format!(
                "<p:AppliesTo xmlns:p=\"http://schemas.xmlsoap.org/ws/2004/09/policy\"><a:EndpointReference \
                 xmlns:a=\"http://www.w3.org/2005/08/addressing\"><a:Address>http://any{path}</a:Address>\
                 </a:EndpointReference></p:AppliesTo>"
            )
        });
        let claims = sender.map_or_else(String::new, |number| {
            format!(
                "<t:Claims Dialect=\"http://schemas.xmlsoap.org/ws/2006/12/authorization/authclaims\">\
                 <c:ClaimType xmlns:c=\"http://schemas.xmlsoap.org/ws/2006/12/authorization\" \
                 Uri=\"urn:be:smals:expeditor:number\"><c:Value>{number}</c:Value></c:ClaimType></t:Claims>"
            )
        });
        let trust = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
        let request = format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>\
             <t:RequestSecurityToken xmlns:t=\"{trust}\"><t:RequestType>{trust}/Issue</t:RequestType>\
             {applies}{claims}</t:RequestSecurityToken></e:Body></e:Envelope>"
        );
        let reply = self.send(TOKENS, &signed(&self.key(client), request.as_bytes()));
        if reply.status != 200 {
            return Err(reply);
        }
        let text = reply.text();
        let (_, rest) = text.split_once("<saml:Assertion").expect("an assertion");
        let (rest, _) = rest.split_once("</saml:Assertion>").expect("its end");
        let assertion = format!("<saml:Assertion{rest}</saml:Assertion>");
        let (_, id) = assertion.split_once("AssertionID=\"").expect("an id");
        Ok((id.split('"').next().expect("a first part").to_owned(), assertion))
    }

    /// A call signed by a client who holds a token.
    pub(crate) fn holding(&self, client: &str, id: &str, xml: &str) -> String {
        let content = content(&register(1));
        let message = Outgoing {
            reference: KeyReference::Assertion { id, xml },
            ..Outgoing::new(&content, now(), now() + LIFETIME)
        };
        message.sign(&self.key(client)).expect("signed").0
    }

    /// A call signed by a client who vouches for an enterprise.
    pub(crate) fn vouching(&self, client: &str, sender: EnterpriseNumber) -> String {
        let said = Attribute {
            name: "urn:be:smals:expeditor:number".to_owned(),
            namespace: "urn:be:smals:expeditor".to_owned(),
            values: vec![format!("{:010}", sender.number())],
        };
        let id = format!("_{client}");
        let draft = AssertionDraft {
            id: &id,
            issuer: client,
            issued_at: now(),
            not_before: now(),
            not_on_or_after: now() + LIFETIME,
            audiences: &[],
            subject: &NameIdentifier::default(),
            holder: None,
            attributes: &[said],
        };
        let xml = unsigned(&draft);
        let content = content(&register(1));
        let message = Outgoing {
            vouched: Some((&id, &xml)),
            ..Outgoing::new(&content, now(), now() + LIFETIME)
        };
        message.sign(&self.key(client)).expect("signed").0
    }

    /// Refuses a client, as another node would, and waits until the service knows.
    pub(crate) fn revoke(&self, client: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let store = testkit::chosen_store(self.data.path()).await;
            let id = ClientId::parse(client).expect("an id");
            let mut client =
                store.clients().client(id).await.expect("read").expect("a demonstration has it");
            client.revoked = Some(now());
            store.clients().change(client).await.expect("written").expect("it is the same client");
        });
        let path = "/PresenceRegistration/v1/VarC";
        let answers = || self.send(path, &signed(&self.key(client), &register(1))).fault();
        eventually(answers, &Some("SOA-01001".to_owned()));
    }

    /// Another server on the same data.
    pub(crate) fn beside(&self) -> Server {
        serve(self.data.path(), &[])
    }

    /// Gives the operator's command `client` with this client.
    pub(crate) fn command(&self, action: &str, client: &str) {
        let folder = self.data.path().to_str().expect("UTF-8");
        let words = ["client", action, client, "--data", folder];
        let output = program(&words).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Gives the token service a new key; what the command says.
    pub(crate) fn rotate(&self) -> String {
        let folder = self.data.path().to_str().expect("UTF-8");
        let output = program(&["token-key", "rotate", "--data", folder]).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

fn serve(data: &Path, flags: &[&str]) -> Server {
    Server::closed(data, flags)
}

/// Asks again until this is the answer: a node asks a few times a second whether the register has changed.
#[track_caller]
pub(crate) fn eventually<T: PartialEq + std::fmt::Debug>(ask: impl Fn() -> T, answer: &T) {
    let end = now() + SignedDuration::from_mins(1);
    loop {
        let came = ask();
        if came == *answer {
            return;
        }
        assert!(now() < end, "{came:?} never became {answer:?}");
    }
}

/// The program has the real clock, and so have its callers.
#[expect(clippy::disallowed_methods, reason = "messages are made at the program's time")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// A private key and its certificate, in PEM.
pub(crate) fn key(pem: &str) -> SigningKey {
    let secret = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).expect("a key");
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate");
    let certificate = Certificate::from_der(&certificate).expect("a good one");
    SigningKey::from_pkcs8(secret.secret_pkcs8_der(), certificate).expect("both belong together")
}

/// A key of somebody whom nobody knows.
pub(crate) fn stranger() -> String {
    let made = rcgen::generate_simple_self_signed(["stranger".to_owned()]).expect("made");
    made.signing_key.serialize_pem() + &made.cert.pem()
}

/// The content of a message's Body.
pub(crate) fn content(message: &[u8]) -> String {
    let message = std::str::from_utf8(message).expect("UTF-8");
    canonical_content(message).expect("a message")
}

/// A message, signed now with the certificate in it.
pub(crate) fn signed(key: &SigningKey, message: &[u8]) -> String {
    let content = content(message);
    Outgoing::new(&content, now(), now() + LIFETIME).sign(key).expect("signed").0
}

/// The certificate in an assertion's own signature.
pub(crate) fn certificate_of(assertion: &str) -> &str {
    let (_, signature) = assertion.split_once("<ds:SignatureValue").expect("it is signed");
    let (_, certificate) = signature.split_once("<ds:X509Certificate>").expect("by a certificate");
    certificate.split('<').next().expect("a first part")
}
