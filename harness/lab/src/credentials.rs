//! Keys and certificates of one lab, made on this side before it starts: nothing is trusted on first use.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use envparity_model::Problem;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};

/// The SSH name of the only key type used here; OpenSSH reads such keys as plain PKCS #8.
const KEY_TYPE: &str = "ecdsa-sha2-nistp256";
const CURVE: &str = "nistp256";

/// A key pair in the two forms that OpenSSH reads.
pub(crate) struct SshKey {
    /// PKCS #8 in PEM.
    pub(crate) private: String,
    /// `TYPE BASE64`, without comment and newline, as in `authorized_keys` and `known_hosts`.
    pub(crate) public: String,
}

/// A certificate and its key, both in PEM.
pub(crate) struct TlsIdentity {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Everything secret about one lab.
pub(crate) struct Credentials {
    pub(crate) client_key: SshKey,
    pub(crate) host_key: SshKey,
    /// The authority behind both TLS identities; its key is thrown away.
    pub(crate) authority: String,
    pub(crate) tls_server: TlsIdentity,
    pub(crate) tls_client: TlsIdentity,
}

impl Credentials {
    /// Fresh ones.
    pub(crate) fn generate() -> Result<Self, Problem> {
        generate().map_err(|error| Problem::new(format!("failed to make the keys of the lab: {error}")))
    }
}

fn generate() -> Result<Credentials, rcgen::Error> {
    let authority_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = named("parity lab authority", Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = params.self_signed(&authority_key)?;
    let issuer = Issuer::new(params, authority_key);
    Ok(Credentials {
        client_key: ssh_key()?,
        host_key: ssh_key()?,
        authority: pem("CERTIFICATE", authority.der()),
        tls_server: tls_identity(
            named("parity lab", vec!["127.0.0.1".to_owned(), "localhost".to_owned()])?,
            ExtendedKeyUsagePurpose::ServerAuth,
            &issuer,
        )?,
        tls_client: tls_identity(named("parity", Vec::new())?, ExtendedKeyUsagePurpose::ClientAuth, &issuer)?,
    })
}

fn named(common_name: &str, alternatives: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(alternatives)?;
    params.distinguished_name.push(DnType::CommonName, common_name);
    Ok(params)
}

fn tls_identity(
    mut params: CertificateParams,
    purpose: ExtendedKeyUsagePurpose,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<TlsIdentity, rcgen::Error> {
    params.extended_key_usages = vec![purpose];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = params.signed_by(&key, issuer)?;
    Ok(TlsIdentity { certificate: pem("CERTIFICATE", certificate.der()), key: private_pem(&key) })
}

fn ssh_key() -> Result<SshKey, rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    Ok(SshKey { private: private_pem(&key), public: ssh_public(key.public_key_raw()) })
}

/// RFC 5656, section 3.1: the key type, the curve and the uncompressed point, each after its length.
fn ssh_public(point: &[u8]) -> String {
    let mut blob = Vec::new();
    for part in [KEY_TYPE.as_bytes(), CURVE.as_bytes(), point] {
        blob.extend_from_slice(&(part.len() as u32).to_be_bytes());
        blob.extend_from_slice(part);
    }
    format!("{KEY_TYPE} {}", STANDARD.encode(blob))
}

fn private_pem(key: &KeyPair) -> String {
    pem("PRIVATE KEY", key.serialized_der())
}

/// RFC 7468: base64 in lines of 64 characters between two labels.
fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let (mut lines, mut rest) = (Vec::new(), encoded.as_str());
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        lines.push(line);
        rest = after;
    }
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pem_has_lines_of_64_and_both_labels() {
        let text = pem("CERTIFICATE", &[7; 100]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.first(), Some(&"-----BEGIN CERTIFICATE-----"));
        assert_eq!(lines.last(), Some(&"-----END CERTIFICATE-----"));
        assert_eq!(lines[1].len(), 64);
        assert_eq!(STANDARD.decode(lines[1..lines.len() - 1].concat()).expect("base64"), [7; 100]);
    }

    #[test]
    fn an_ssh_key_names_its_type_curve_and_point() {
        let public = ssh_key().expect("a key").public;
        let (kind, encoded) = public.split_once(' ').expect("two words");
        assert_eq!(kind, KEY_TYPE);
        let blob = STANDARD.decode(encoded).expect("base64");
        assert_eq!(blob.len(), 4 + KEY_TYPE.len() + 4 + CURVE.len() + 4 + 65);
        assert_eq!(blob[blob.len() - 65], 4, "an uncompressed point");
    }

    #[test]
    fn no_two_labs_share_a_key() {
        let (one, other) = (Credentials::generate().expect("keys"), Credentials::generate().expect("keys"));
        assert_ne!(one.client_key.public, one.host_key.public);
        assert_ne!(one.client_key.public, other.client_key.public);
        assert_ne!(one.host_key.private, other.host_key.private);
        assert_ne!(one.authority, other.authority);
    }
}
