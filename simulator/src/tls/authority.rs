//! A development CA of one's own. It is made once and kept in a folder, so that a client has to trust it once; it signs
//! a certificate for this machine at every start.
//!
//! Two files: `ca.key` is the truth, `ca.pem` says who it is. Each is written whole under another name and then linked
//! to its own, which only the first of several processes can do; the others read what it wrote. Whoever finds a key
//! without a certificate, as after a crash in between, makes the certificate.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};
use time::OffsetDateTime;
use x509_parser::{parse_x509_certificate, prelude::ASN1Time};

/// The file that clients trust.
pub(crate) const CERTIFICATE: &str = "ca.pem";
/// The file that nobody else may read.
const KEY: &str = "ca.key";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A CA that clients have to trust anew must be rare.
const AUTHORITY_LASTS: Duration = DAY.saturating_mul(3_650);
/// No gateway runs longer; browsers take nothing beyond 398 days.
const LEAF_LASTS: Duration = DAY.saturating_mul(90);
/// Names for a file that is being written: more than processes that start at once and crash.
const NEW_NAMES: u32 = 1_000;

/// Why there is no development CA. The texts name the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The folder or a file in it cannot be had.
    #[error("cannot use {} for the development CA: {error}; name another folder in `tls_folder`", .path.display())]
    Unavailable {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// Others could sign with it whatever clients here trust.
    #[error(
        "others can read the development CA's key {path} (mode {mode:04o}): `chmod 600 {path}`, or remove it and ca.pem if somebody did",
        path = .path.display()
    )]
    Exposed {
        /// The key's file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The certificate is there, its key isn't.
    #[error("{} has no key beside it: {REMEDY}", .path.display())]
    KeyMissing {
        /// The certificate's file.
        path: PathBuf,
    },
    /// A file isn't what it should be.
    #[error("{} is not the development CA's: {error}; {REMEDY}", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: String,
    },
    /// The certificate is of another time.
    #[error("the development CA {} is valid from {from} to {until}, not now: {REMEDY}", .path.display())]
    OutOfDate {
        /// The certificate's file.
        path: PathBuf,
        /// When it began.
        from: String,
        /// When it ends.
        until: String,
    },
    /// A key or certificate cannot be made.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
}

const REMEDY: &str = "remove ca.pem and ca.key there; the next start makes new ones, which clients must trust anew";

/// A certificate and its key.
pub(crate) type Issued = (CertificateDer<'static>, PrivateKeyDer<'static>);

/// A CA that can sign.
#[derive(Debug)]
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    until: OffsetDateTime,
}

impl Authority {
    /// The CA kept in `folder`; made, with the folder, where there is none. `now` is since the Unix epoch.
    pub(crate) fn in_folder(folder: &Path, now: Duration) -> Result<Self, AuthorityError> {
        make_folder(folder).map_err(unavailable(folder))?;
        let key_path = folder.join(KEY);
        let certificate_path = folder.join(CERTIFICATE);
        // The key comes first: a certificate that is seen before its key was never made by us.
        if exists(&certificate_path)? && !exists(&key_path)? {
            return Err(AuthorityError::KeyMissing { path: certificate_path });
        }
        if !exists(&key_path)? {
            publish(folder, KEY, &KeyPair::generate()?.serialize_pem(), 0o600).map_err(unavailable(&key_path))?;
        }
        let key = read_key(&key_path)?;
        if !exists(&certificate_path)? {
            let certificate = authority_params(&key, now).self_signed(&key)?;
            publish(folder, CERTIFICATE, &certificate.pem(), 0o644).map_err(unavailable(&certificate_path))?;
        }
        let certificate = CertificateDer::from_pem_file(&certificate_path).map_err(broken(&certificate_path))?;
        let until = check(&certificate_path, &certificate, &key, now)?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(broken(&certificate_path))?;
        Ok(Self { issuer, until })
    }

    /// A CA that lasts as long as the process.
    pub(crate) fn in_memory(now: Duration) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate()?;
        let params = authority_params(&key, now);
        let until = params.not_after;
        Ok(Self {
            issuer: Issuer::new(params, key),
            until,
        })
    }

    /// A certificate for these names and addresses, from yesterday on, and its key.
    pub(crate) fn issue(&self, names: &[String], now: Duration) -> Result<Issued, AuthorityError> {
        self.sign(names, now.saturating_sub(DAY), now + LEAF_LASTS)
    }

    /// A certificate for these names and addresses that was good until yesterday, and its key.
    pub(crate) fn issue_expired(&self, names: &[String], now: Duration) -> Result<Issued, AuthorityError> {
        self.sign(names, now.saturating_sub(LEAF_LASTS), now.saturating_sub(DAY))
    }

    fn sign(&self, names: &[String], from: Duration, until: Duration) -> Result<Issued, AuthorityError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = common_name("paydrill gateway".to_owned());
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = moment(from);
        params.not_after = moment(until).min(self.until);
        let certificate = params.signed_by(&key, &self.issuer)?;
        let secret = PrivatePkcs8KeyDer::from(key.serialize_der());
        Ok((certificate.into(), secret.into()))
    }
}

fn authority_params(key: &KeyPair, now: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    // Several of them may stand in one trust store: each has a name of its own.
    let short: String = params.key_identifier(key)[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    params.distinguished_name = common_name(format!("paydrill development CA {short}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = moment(now.saturating_sub(DAY));
    params.not_after = moment(now + AUTHORITY_LASTS);
    params
}

fn common_name(name: String) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

/// Times that no certificate can hold read as the Unix epoch: nothing made with them is valid, and nothing panics.
fn moment(since_epoch: Duration) -> OffsetDateTime {
    i64::try_from(since_epoch.as_secs())
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn exists(path: &Path) -> Result<bool, AuthorityError> {
    path.try_exists().map_err(unavailable(path))
}

/// Puts a whole file in its place. One that is there already stays.
fn publish(folder: &Path, name: &str, text: &str, mode: u32) -> io::Result<()> {
    let (mut file, new) = create_new(folder, name, mode)?;
    let linked = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&new, folder.join(name)));
    let _left_behind = fs::remove_file(&new);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

/// A file that nobody else has, with its permissions from the first moment on.
fn create_new(folder: &Path, name: &str, mode: u32) -> io::Result<(File, PathBuf)> {
    for turn in 0..NEW_NAMES {
        let path = folder.join(format!(".{name}.{}-{turn}", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).mode(mode).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn read_key(path: &Path) -> Result<KeyPair, AuthorityError> {
    let mut file = File::open(path).map_err(unavailable(path))?;
    let mode = file.metadata().map_err(unavailable(path))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(AuthorityError::Exposed {
            path: path.to_owned(),
            mode,
        });
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(broken(path))?;
    KeyPair::from_pem(&text).map_err(broken(path))
}

/// Is this the key's certificate, and valid now? Gives its end.
fn check(
    path: &Path,
    certificate: &CertificateDer<'_>,
    key: &KeyPair,
    now: Duration,
) -> Result<OffsetDateTime, AuthorityError> {
    let (_, parsed) = parse_x509_certificate(certificate).map_err(broken(path))?;
    if parsed.public_key().subject_public_key.data != key.public_key_raw() || !parsed.is_ca() {
        return Err(broken(path)("ca.key does not belong to it"));
    }
    let validity = parsed.validity();
    if !validity.is_valid_at(ASN1Time::new(moment(now))) {
        return Err(AuthorityError::OutOfDate {
            path: path.to_owned(),
            from: validity.not_before.to_string(),
            until: validity.not_after.to_string(),
        });
    }
    Ok(validity.not_after.to_datetime())
}

fn unavailable(path: &Path) -> impl Fn(io::Error) -> AuthorityError {
    move |error| AuthorityError::Unavailable {
        path: path.to_owned(),
        error,
    }
}

fn broken<E: ToString>(path: &Path) -> impl Fn(E) -> AuthorityError {
    move |error| AuthorityError::Broken {
        path: path.to_owned(),
        error: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
