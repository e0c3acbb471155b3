//! Subjects as authorities of several countries write them.

use super::Profile;

/// Whom the Vietnamese ones are for.
pub const VIETNAMESE: &str = "001090123456";
pub const ESTONIAN: &str = "38001085718";
pub const RUSSIAN: &str = "11223344595";

/// A Vietnamese citizen's, of a public authority.
pub fn vietnamese() -> Profile {
    vietnamese_of(VIETNAMESE)
}

pub fn vietnamese_of(number: &str) -> Profile {
    vietnamese_with(&[&format!("CCCD:{number}")])
}

/// With these values of `UID`.
pub fn vietnamese_with(values: &[&str]) -> Profile {
    let values = values.iter().map(|value| ("UID", *value));
    let subject: Vec<_> = [("C", "VN"), ("ST", "Hà Nội"), ("CN", "Nguyễn Văn An")].into_iter().chain(values).collect();
    Profile::citizen(&subject)
}

/// An Estonian identity card's.
pub fn estonian() -> Profile {
    estonian_of(&format!("PNOEE-{ESTONIAN}"))
}

/// With this semantics identifier.
pub fn estonian_of(serial_number: &str) -> Profile {
    Profile::citizen(&[
        ("C", "EE"),
        ("CN", "JÕEORG,JAAK-KRISTJAN,38001085718"),
        ("SN", "JÕEORG"),
        ("GN", "JAAK-KRISTJAN"),
        ("serialNumber", serial_number),
    ])
    .with("certificatePolicies", "1.3.6.1.4.1.51361.1.1.1,0.4.0.2042.1.2")
}

/// A Russian citizen's, who works for an organisation.
pub fn russian() -> Profile {
    Profile::citizen(&[
        ("C", "RU"),
        ("ST", "77 г. Москва"),
        ("O", "ПАО СБЕРБАНК"),
        ("CN", "Иванов Иван Иванович"),
        ("OGRN", "1027700132195"),
        ("INN", "007707083893"),
        ("SNILS", RUSSIAN),
    ])
}

/// An organisation's.
pub fn seal() -> Profile {
    Profile::citizen(&[
        ("C", "VN"),
        ("O", "Sở Thông tin và Truyền thông"),
        ("CN", "Con dấu"),
        ("organizationIdentifier", "NTRVN-0100109106"),
        ("UID", "MST:0100109106"),
    ])
}
