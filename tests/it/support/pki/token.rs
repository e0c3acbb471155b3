//! A smart card: a key that was made inside it and never leaves it, which its PIN opens. SoftHSM2 is the card, OpenSC's `pkcs11-tool`
//! what the authority's office writes it with, and the PKCS #11 engine of OpenSSL how programs on the citizen's computer reach it.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{Authority, Profile, der_of, openssl, run};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const LABEL: &str = "citizen";
pub const PIN: &str = "271828";

pub struct SmartCard {
    folder: TempDir,
}

impl SmartCard {
    /// A card with a key of this kind, as `pkcs11-tool` names it, and the certificate that the authority writes for it.
    pub fn new(authority: &Authority, profile: &Profile, key: &str) -> Self {
        assert!(Path::new(MODULE).is_file(), "SoftHSM2 is needed for tests (Debian: softhsm2)");
        let card = Self { folder: TempDir::with_prefix("senid-card-").unwrap() };
        let path = |name: &str| card.folder.path().join(name);
        std::fs::create_dir(path("tokens")).unwrap();
        let settings = format!("directories.tokendir = {}\nlog.level = ERROR\n", path("tokens").display());
        std::fs::write(path("softhsm2.conf"), settings).unwrap();
        let new = ["--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "31415926"];
        run(card.reached_by(&mut Command::new("softhsm2-util")).args(new));
        card.office(&["--keypairgen", "--key-type", key]);
        let mut request = openssl();
        request.args(["req", "-new", "-utf8", "-config"]).arg(authority.path("conf"));
        request.args(["-engine", "pkcs11", "-keyform", "engine", "-key", &Self::key(PIN)]);
        request.args(["-subj", &profile.subject(), "-out"]).arg(path("csr"));
        run(card.reached_by(&mut request));
        authority.sign(profile, &path("csr"), &path("pem"), false);
        std::fs::write(path("der"), der_of(&path("pem"))).unwrap();
        card.office(&["--type", "cert", "--write-object", &path("der").display().to_string()]);
        card
    }

    /// What the card says is in it.
    pub fn contents(&self) -> String {
        String::from_utf8(self.office(&["--list-objects"])).unwrap()
    }

    /// `curl`, which shows this card wherever it is asked for a certificate.
    pub fn curl(&self, pin: &str) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--engine", "pkcs11", "--cert-type", "ENG", "--key-type", "ENG"]);
        curl.args(["--cert", &format!("pkcs11:token={LABEL};object={LABEL};type=cert"), "--key", &Self::key(pin)]);
        self.reached_by(&mut curl);
        curl
    }

    /// A detached signature over `text` in PEM, by `openssl cms`.
    pub fn cms(&self, text: &str) -> String {
        let path = |name: &str| self.folder.path().join(name);
        std::fs::write(path("text"), text).unwrap();
        let mut command = openssl();
        command.args(["cms", "-sign", "-binary", "-outform", "PEM", "-md", "sha256", "-signer"]).arg(path("pem"));
        command.args(["-engine", "pkcs11", "-keyform", "engine", "-inkey", &Self::key(PIN), "-in"]).arg(path("text"));
        String::from_utf8(run(self.reached_by(&mut command))).unwrap()
    }

    fn key(pin: &str) -> String {
        format!("pkcs11:token={LABEL};object={LABEL};type=private;pin-value={pin}")
    }

    fn office(&self, words: &[&str]) -> Vec<u8> {
        let mut command = Command::new("pkcs11-tool");
        command.args(["--module", MODULE, "--token-label", LABEL, "--login", "--pin", PIN]);
        run(self.reached_by(&mut command).args(["--id", "01", "--label", LABEL]).args(words))
    }

    fn reached_by<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        program
            .env("SOFTHSM2_CONF", self.folder.path().join("softhsm2.conf"))
            .env("PKCS11_MODULE_PATH", MODULE)
            .env("OPENSSL_CONF", "/dev/null")
    }
}
