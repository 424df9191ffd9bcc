//! Access tokens, forged in every way that is known to have worked somewhere (C08, T10), with the ledger's own key in
//! hand; and sign-out, which is over at the very next request (T8). Whoever is refused hears 401 and no reason.

use crate::town::{Town, blow_order, town};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(crate) fn base64url(bytes: &[u8]) -> String {
    let sextets = |three: &[u8]| {
        let whole = three.iter().fold(0_u32, |whole, byte| (whole << 8) | u32::from(*byte)) << (8 * (3 - three.len()));
        let signs: Vec<char> =
            (0..=three.len()).map(|at| char::from(SIGNS[(whole >> (18 - 6 * at)) as usize & 63])).collect();
        signs
    };
    bytes.chunks(3).flat_map(sextets).collect()
}

fn from_base64url(text: &str) -> Vec<u8> {
    let (mut out, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for sign in text.bytes() {
        bits = (bits << 6) | u32::try_from(SIGNS.iter().position(|known| *known == sign).unwrap()).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    out
}

/// The key, a good token's parts, and the way to make others of them.
struct Forge {
    key: Ed25519KeyPair,
    header: Value,
    claims: Value,
}

impl Forge {
    async fn open(t: &Town) -> Forge {
        let hex = t.db_meta("token_key").await;
        let pkcs8: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let token = t.fire().token().await;
        let mut parts = token.split('.').map(|part| serde_json::from_slice(&from_base64url(part)));
        let (header, claims) = (parts.next().unwrap().unwrap(), parts.next().unwrap().unwrap());
        Forge { key: Ed25519KeyPair::from_pkcs8(&pkcs8).unwrap(), header, claims }
    }

    /// A token of these texts, signed well.
    fn sign(&self, header: &str, claims: &str) -> String {
        let body = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
        format!("{body}.{}", base64url(self.key.sign(body.as_bytes()).as_ref()))
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        self.sign(&self.header.to_string(), &claims.to_string())
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[name] = value;
        self.sign(&header.to_string(), &self.claims.to_string())
    }

    fn without(&self, part: &str, name: &str) -> String {
        let (mut header, mut claims) = (self.header.clone(), self.claims.clone());
        let here = if part == "header" { &mut header } else { &mut claims };
        here.as_object_mut().unwrap().remove(name).unwrap();
        self.sign(&header.to_string(), &claims.to_string())
    }
}

async fn status(t: &Town, token: &str) -> u16 {
    t.ask("GET", "/api/v1/me").bearer(token).send().await.status
}

#[actix_web::test]
async fn c08_a_token_without_one_of_its_claims_is_no_token() {
    town(async |t| {
        let forge = Forge::open(t).await;
        let good = forge.sign(&forge.header.to_string(), &forge.claims.to_string());
        assert_eq!(status(t, &good).await, 200, "the forge itself does not work");
        let names: Vec<&String> = forge.claims.as_object().unwrap().keys().collect();
        assert_eq!(names, ["aud", "exp", "iat", "iss", "nbf", "sid", "sub"]);
        for name in names {
            assert_eq!(status(t, &forge.without("claims", name)).await, 401, "without {name}");
            for odd in [json!(null), json!([]), json!([forge.claims[name], "other"]), json!({}), json!(""), json!(true)]
            {
                assert_eq!(status(t, &forge.with_claim(name, odd.clone())).await, 401, "{name} = {odd}");
            }
        }
    })
    .await;
}

/// Signatures and headers that are not ours, and names of the tokens that bear them.
fn forged_heads(forge: &Forge) -> Vec<(&'static str, String)> {
    let (header, claims) = (forge.header.to_string(), forge.claims.to_string());
    let good = forge.sign(&header, &claims);
    let body = good.rsplit_once('.').unwrap().0.to_owned();
    let none = json!({ "alg": "none", "kid": forge.header["kid"], "typ": "at+jwt" }).to_string();
    let unsigned = format!("{}.{}", base64url(none.as_bytes()), base64url(claims.as_bytes()));
    let public = forge.key.public_key().as_ref().to_vec();
    let hmac_header = json!({ "alg": "HS256", "kid": forge.header["kid"], "typ": "at+jwt" }).to_string();
    let hmac_body = format!("{}.{}", base64url(hmac_header.as_bytes()), base64url(claims.as_bytes()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public), hmac_body.as_bytes());
    let stranger = Ed25519KeyPair::from_pkcs8(&whistle_hub::app::sessions::new_key().unwrap()).unwrap();
    let foreign = format!("{body}.{}", base64url(stranger.sign(body.as_bytes()).as_ref()));
    let doubled = format!("{},\"sub\":{}}}", claims.trim_end_matches('}'), forge.claims["sub"]);
    let doubled_header = format!("{},\"alg\":\"EdDSA\"}}", header.trim_end_matches('}'));
    vec![
        ("alg none without a signature", format!("{unsigned}.")),
        ("alg none in two parts", unsigned.clone()),
        ("alg none with a good signature", forge.with_header("alg", json!("none"))),
        ("HMAC with the public key", format!("{hmac_body}.{}", base64url(tag.as_ref()))),
        ("another algorithm's name", forge.with_header("alg", json!("ES256"))),
        ("a stranger's signature", foreign),
        ("a foreign kid", forge.with_header("kid", json!("0000000000000000"))),
        ("no kid", forge.without("header", "kid")),
        ("no typ", forge.without("header", "typ")),
        ("typ JWT", forge.with_header("typ", json!("JWT"))),
        ("jku", forge.with_header("jku", json!("https://evil.example/keys"))),
        ("jwk", forge.with_header("jwk", json!({ "kty": "OKP" }))),
        ("x5u", forge.with_header("x5u", json!("https://evil.example"))),
        ("x5c", forge.with_header("x5c", json!([]))),
        ("crit", forge.with_header("crit", json!(["b64"]))),
        ("b64", forge.with_header("b64", json!(false))),
        ("a header field twice", forge.sign(&doubled_header, &claims)),
        ("a claim twice", forge.sign(&header, &doubled)),
        ("a part too many", format!("{good}.x")),
        ("a part missing", body.clone()),
        ("padding", format!("{good}=")),
        ("a bit of the signature turned", turned(&good)),
        ("longer than 2 KiB", forge.with_claim("sid", json!("s".repeat(2100)))),
        ("nothing", String::new()),
        ("no token", "x".into()),
        ("dots", "..".into()),
    ]
}

/// Claims that the ledger's own key has signed and that still are none of ours.
fn forged_claims(forge: &Forge) -> Vec<(&'static str, String)> {
    let seconds = forge.claims["iat"].as_i64().unwrap();
    let mut extra = forge.claims.clone();
    extra["role"] = json!("office_director");
    vec![
        ("a claim more", forge.sign(&forge.header.to_string(), &extra.to_string())),
        ("expired", forge.with_claim("exp", json!(seconds - 6))),
        ("longer than ten minutes", forge.with_claim("exp", json!(seconds + 601))),
        ("exp before iat", forge.with_claim("iat", json!(seconds + 4000))),
        ("iat ahead", forge.with_claim("iat", json!(seconds + 6))),
        ("nbf ahead", forge.with_claim("nbf", json!(seconds + 6))),
        ("iat far back", forge.with_claim("iat", json!(i64::MIN))),
        ("exp at the end of time", forge.with_claim("exp", json!(i64::MAX))),
        ("exp a fraction", forge.with_claim("exp", json!(seconds as f64 + 0.5))),
        ("exp a text", forge.with_claim("exp", json!((seconds + 60).to_string()))),
        ("another audience", forge.with_claim("aud", json!("other-api"))),
        ("another issuer", forge.with_claim("iss", json!("other-hub"))),
        ("a sid of nobody", forge.with_claim("sid", json!("0".repeat(64)))),
        ("an empty sid", forge.with_claim("sid", json!(""))),
    ]
}

#[actix_web::test]
async fn t10_jwt_table() {
    town(async |t| {
        let forge = Forge::open(t).await;
        let mut all = forged_heads(&forge);
        all.extend(forged_claims(&forge));
        all.push(("another's subject", forge.with_claim("sub", json!(t.director().id().await))));
        for (name, token) in all {
            assert_eq!(status(t, &token).await, 401, "{name}");
        }
        let seconds = forge.claims["iat"].as_i64().unwrap();
        let old = forge.with_claim("exp", json!(seconds + 600));
        assert_eq!(status(t, &old).await, 200);
        t.clock.advance(10);
        assert_eq!(status(t, &old).await, 200, "clocks may differ by five seconds");
        t.clock.advance(1);
        assert_eq!(status(t, &old).await, 401, "a token outlived its ten minutes");
    })
    .await;
}

/// The first sign of the signature changed into its neighbour.
fn turned(token: &str) -> String {
    let (body, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{body}.{first}{}", &signature[1..])
}

#[actix_web::test]
async fn t10_whoever_is_refused_hears_nothing_but_401() {
    town(async |t| {
        let forge = Forge::open(t).await;
        let refused = async |token: &str| t.ask("GET", "/api/v1/me").bearer(token).send().await.expect(401);
        let plain = t.ask("GET", "/api/v1/me").send().await.expect(401);
        assert_eq!(plain.header("www-authenticate"), Some("Bearer"));
        for token in ["x", &forge.without("claims", "aud"), &forge.with_claim("exp", json!(1)), &"y".repeat(9000)] {
            let reply = refused(token).await;
            assert_eq!(reply.sameness(), plain.sameness());
        }
        for header in ["Basic b2ZmaWNlOng=", "Bearer", "Token x", "bearer"] {
            let reply = t.ask("GET", "/api/v1/me").header("Authorization", header).send().await.expect(401);
            assert_eq!(reply.sameness(), plain.sameness(), "{header}");
        }
    })
    .await;
}

#[actix_web::test]
async fn t08_signing_out_is_over_at_the_very_next_request() {
    town(async |t| {
        let token = t.fire().token().await;
        assert_eq!(status(t, &token).await, 200);
        let out = t.ask("DELETE", "/api/v1/sessions/current").bearer(&token).send().await.expect(204);
        assert!(out.body.is_empty());
        assert_eq!(status(t, &token).await, 401);
        t.ask("DELETE", "/api/v1/sessions/current").bearer(&token).send().await.expect(401);
        let blow = t.ask("POST", "/api/v1/whistles").bearer(&token).key("key-out-001").json(&blow_order("已退出"));
        blow.send().await.expect(401);
        assert_eq!(t.db_events().await, 0);
        let other = t.person("head.xf").token().await;
        assert_eq!(status(t, &other).await, 200, "somebody else was signed out too");
    })
    .await;
}

#[actix_web::test]
async fn t08_an_api_session_is_no_cookie_and_two_sessions_end_apart() {
    town(async |t| {
        let forge = Forge::open(t).await;
        let secret = forge.claims["sid"].as_str().unwrap();
        for name in ["wh", "__Host-wh"] {
            let page = t.ask("GET", "/console").header("Cookie", &format!("{name}={secret}")).send().await;
            assert_ne!(page.status, 200, "an API secret opened the console");
        }
        let sign_in = async || {
            let reply = t.try_password("liaison.xf", crate::town::PASSWORD).await.expect(201);
            reply.json()["access_token"].as_str().unwrap().to_owned()
        };
        let (one, two) = (sign_in().await, sign_in().await);
        t.ask("DELETE", "/api/v1/sessions/current").bearer(&one).send().await.expect(204);
        assert_eq!((status(t, &one).await, status(t, &two).await), (401, 200));
    })
    .await;
}
