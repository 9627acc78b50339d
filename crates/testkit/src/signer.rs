use std::convert::Infallible;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fastrand::Rng;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
};
use rsa::PrivateKey;
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::rand_core::{TryCryptoRng, TryRng};
use serde_json::Value;

/// The key of a client or an issuer of tokens, made when the tests run; it signs whatever it is told to.
pub struct Signer {
    rsa: Option<RsaKeyPair>,
    p256: Option<EcdsaKeyPair>,
    private: String,
    public: String,
}

static RSA: LazyLock<Signer> = LazyLock::new(|| Signer::new_rsa(1));
static OTHER_RSA: LazyLock<Signer> = LazyLock::new(|| Signer::new_rsa(2));

impl Signer {
    /// An RSA key, the same for all tests of a process.
    pub fn rsa() -> &'static Self {
        &RSA
    }

    /// Another RSA key.
    pub fn other_rsa() -> &'static Self {
        &OTHER_RSA
    }

    /// A new key over P-256.
    pub fn p256() -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256);
        let pair = pair.expect("ring knows the curve");
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let key = EcdsaKeyPair::from_pkcs8(algorithm, &pair.serialize_der(), &random);
        let key = Some(key.expect("ring reads it"));
        Self { rsa: None, p256: key, private: pair.serialize_pem(), public: pair.public_key_pem() }
    }

    fn new_rsa(seed: u64) -> Self {
        let key = PrivateKey::new(&mut Seeded(Rng::with_seed(seed)), 2048).expect("enough bits");
        let pkcs8 = key.to_pkcs8_der().expect("is RSA").as_bytes().to_vec();
        let algorithm = &rcgen::PKCS_RSA_SHA256;
        let der = pkcs8.as_slice().into();
        let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, algorithm);
        let pair = pair.expect("ring reads it");
        Self {
            rsa: Some(RsaKeyPair::from_pkcs8(&pkcs8).expect("ring reads it")),
            p256: None,
            private: pair.serialize_pem(),
            public: pair.public_key_pem(),
        }
    }

    /// The private key in PEM (PKCS #8).
    pub fn private_pem(&self) -> &str {
        &self.private
    }

    /// The public key in PEM.
    pub fn public_pem(&self) -> &str {
        &self.public
    }

    /// The token with this header and these claims, signed as the header's `alg` says where the key can.
    pub fn token(&self, header: &Value, claims: &Value) -> String {
        self.token_of(&header.to_string(), &claims.to_string())
    }

    /// The same, of JSON that was written by hand.
    pub fn token_of(&self, header: &str, claims: &str) -> String {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let signature = self.signature(header.contains("PS256"), signed.as_bytes());
        format!("{signed}.{}", encode(&signature))
    }

    fn signature(&self, pss: bool, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        if let Some(key) = &self.p256 {
            return key.sign(&random, message).expect("signs").as_ref().to_vec();
        }
        let key = self.rsa.as_ref().expect("it is one of both");
        let mut signature = vec![0; key.public().modulus_len()];
        let padding: &dyn ring::signature::RsaEncoding =
            if pss { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
        key.sign(padding, &random, message, &mut signature).expect("signs");
        signature
    }
}

/// Keys come from a seed, so that a run repeats the one before.
struct Seeded(Rng);

impl TryRng for Seeded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.u32(..))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.u64(..))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}
