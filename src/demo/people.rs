//! The demonstration's people and portals. None of them exists.

use crate::domain::administration::Role;

/// Everyone's password.
pub const PASSWORD: &str = "hoa-sen-demo-2026";

/// A made-up person.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub name: &'static str,
    pub national_id: &'static str,
    pub birthdate: &'static str,
    pub gender: Gender,
    pub phone: &'static str,
    pub email: &'static str,
    pub address: &'static str,
    pub account_level: i16,
    /// What is known of most people only in part.
    pub more: Option<More>,
}

/// Everything else that a claim can tell (OpenID Connect Core §5.1), so that whoever tries SenID finds one person who has
/// every claim of every scope.
#[derive(Clone, Copy, Debug)]
pub struct More {
    pub middle_name: &'static str,
    pub nickname: &'static str,
    pub preferred_username: &'static str,
    pub profile: &'static str,
    pub picture: &'static str,
    pub website: &'static str,
    pub zoneinfo: &'static str,
    pub locale: &'static str,
    pub street_address: &'static str,
    pub locality: &'static str,
    pub region: &'static str,
    pub postal_code: &'static str,
    /// The name by language: the tag, the whole name, the family name, the given name.
    pub localised: [(&'static str, &'static str, &'static str, &'static str); 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    Female,
    Male,
}

pub const PEOPLE: [Person; 5] = [
    Person {
        name: "Nguyễn Văn An",
        national_id: "001090123456",
        birthdate: "1990-08-15",
        gender: Gender::Male,
        phone: "+84912345678",
        email: "an.nguyen@senid.example",
        address: "Số 12 phố Trúc Bạch, phường Ba Đình, Hà Nội",
        account_level: 2,
        more: Some(More {
            middle_name: "Văn",
            nickname: "Tí",
            preferred_username: "an.nguyen",
            profile: "https://people.senid.example/an",
            picture: "https://people.senid.example/an/picture.jpg",
            website: "https://an.senid.example/",
            zoneinfo: "Asia/Ho_Chi_Minh",
            locale: "vi-VN",
            street_address: "Số 12 phố Trúc Bạch",
            locality: "Phường Ba Đình",
            region: "Hà Nội",
            postal_code: "11100",
            localised: [("ru", "Нгуен Ван Ан", "Нгуен", "Ан"), ("en", "Nguyen Van An", "Nguyen", "An")],
        }),
    },
    Person {
        name: "Trần Thị Bình",
        national_id: "079192000123",
        birthdate: "1992-03-02",
        gender: Gender::Female,
        phone: "+84987654321",
        email: "binh.tran@senid.example",
        address: "Số 45 đường Nguyễn Huệ, phường Sài Gòn, Thành phố Hồ Chí Minh",
        account_level: 2,
        more: None,
    },
    Person {
        name: "Lê Minh Châu",
        national_id: "048301004567",
        birthdate: "2001-11-23",
        gender: Gender::Female,
        phone: "+84903111222",
        email: "chau.le@senid.example",
        address: "Số 8 đường Bạch Đằng, phường Hải Châu, Đà Nẵng",
        account_level: 1,
        more: None,
    },
    Person {
        name: "Phạm Quốc Dũng",
        national_id: "031075009876",
        birthdate: "1975-01-30",
        gender: Gender::Male,
        phone: "+84934555666",
        email: "dung.pham@senid.example",
        address: "Số 3 đường Lạch Tray, phường Gia Viên, Hải Phòng",
        account_level: 1,
        more: None,
    },
    Person {
        name: "Hoàng Thị Mai",
        national_id: "092188003210",
        birthdate: "1988-06-09",
        gender: Gender::Female,
        phone: "+84977888999",
        email: "mai.hoang@senid.example",
        address: "Số 27 đường 30 Tháng 4, phường Ninh Kiều, Cần Thơ",
        account_level: 0,
        more: None,
    },
];

/// Whom clients in the sandbox serve, beside everybody else here, who stand for citizens: they are marked as made up.
pub const MADE_UP: [Person; 2] = [
    Person {
        name: "Thử Nghiệm Một",
        national_id: "001090000011",
        birthdate: "1990-01-01",
        gender: Gender::Male,
        phone: "+84970000011",
        email: "mot@sandbox.senid.example",
        address: "Số 1 đường Thử Nghiệm, Hà Nội",
        account_level: 2,
        more: None,
    },
    Person {
        name: "Thử Nghiệm Hai",
        national_id: "001190000012",
        birthdate: "1990-02-02",
        gender: Gender::Female,
        phone: "+84970000012",
        email: "hai@sandbox.senid.example",
        address: "Số 2 đường Thử Nghiệm, Hà Nội",
        account_level: 1,
        more: None,
    },
];

/// Who administers the demonstration. They are made up as the others are, and their password is as public: what keeps a stranger
/// from the console is that a password opens it to nobody.
#[derive(Clone, Copy, Debug)]
pub struct Staff {
    pub person: Person,
    pub role: Role,
}

const fn staff(
    role: Role,
    (name, gender): (&'static str, Gender),
    (national_id, birthdate): (&'static str, &'static str),
    (phone, email): (&'static str, &'static str),
) -> Staff {
    let address = "Số 1 đường Minh Họa, Hà Nội";
    let person = Person { name, national_id, birthdate, gender, phone, email, address, account_level: 2, more: None };
    Staff { person, role }
}

/// One for each role; two of those whose work takes a second person.
pub const STAFF: [Staff; 8] = [
    staff(
        Role::Administrator,
        ("Ngô Thị Lan", Gender::Female),
        ("001185000101", "1985-01-01"),
        ("+84970000101", "lan@staff.senid.example"),
    ),
    staff(
        Role::Administrator,
        ("Đinh Văn Kiên", Gender::Male),
        ("001085000102", "1985-01-02"),
        ("+84970000102", "kien@staff.senid.example"),
    ),
    staff(
        Role::Registrar,
        ("Đặng Thị Hoa", Gender::Female),
        ("001185000103", "1985-01-03"),
        ("+84970000103", "hoa@staff.senid.example"),
    ),
    staff(
        Role::Registrar,
        ("Lý Quang Sơn", Gender::Male),
        ("001085000104", "1985-01-04"),
        ("+84970000104", "son@staff.senid.example"),
    ),
    staff(
        Role::ClientOwner,
        ("Võ Minh Tâm", Gender::Male),
        ("001085000105", "1985-01-05"),
        ("+84970000105", "tam@staff.senid.example"),
    ),
    staff(
        Role::Support,
        ("Hồ Thị Nga", Gender::Female),
        ("001185000106", "1985-01-06"),
        ("+84970000106", "nga@staff.senid.example"),
    ),
    staff(
        Role::Auditor,
        ("Mai Văn Phúc", Gender::Male),
        ("001085000107", "1985-01-07"),
        ("+84970000107", "phuc@staff.senid.example"),
    ),
    staff(
        Role::Operator,
        ("Tạ Hữu Quân", Gender::Male),
        ("001085000108", "1985-01-08"),
        ("+84970000108", "quan@staff.senid.example"),
    ),
];

/// The portal that the demonstration runs.
pub const PORTAL_CLIENT: &str = "demo-portal";
pub const PORTAL_SECRET: &str = "demo-portal-secret-2026";

/// A client for whoever wants to try an OpenID library of their own.
pub const SANDBOX_CLIENT: &str = "sandbox";
pub const SANDBOX_SECRET: &str = "sandbox-secret-2026";
pub const SANDBOX_REDIRECT_URI: &str = "http://localhost:9000/callback";
pub const SANDBOX_SCOPE: &str = "openid profile email phone address offline_access";

/// Somebody whom the demonstration's population registry knows, and who has no account yet.
#[derive(Clone, Copy, Debug)]
pub struct Resident {
    pub name: &'static str,
    pub national_id: &'static str,
    pub birthdate: &'static str,
    pub gender: Gender,
    pub phone: &'static str,
    pub email: &'static str,
}

pub const WITHOUT_ACCOUNT: [Resident; 4] = [
    Resident {
        name: "Đỗ Thị Hoà",
        national_id: "001192004567",
        birthdate: "1992-03-21",
        gender: Gender::Female,
        phone: "+84961234567",
        email: "hoa.do@senid.example",
    },
    Resident {
        name: "Trịnh Gia Khánh",
        national_id: "079088001234",
        birthdate: "1988-11-02",
        gender: Gender::Male,
        phone: "+84962234567",
        email: "khanh.trinh@senid.example",
    },
    Resident {
        name: "Vũ Hoàng Nam",
        national_id: "036079005432",
        birthdate: "1979-07-19",
        gender: Gender::Male,
        phone: "+84963234567",
        email: "nam.vu@senid.example",
    },
    Resident {
        name: "Bùi Thu Trang",
        national_id: "025300006789",
        birthdate: "2000-12-05",
        gender: Gender::Female,
        phone: "+84964234567",
        email: "trang.bui@senid.example",
    },
];

/// What the demonstration's population registry knows: everybody here, as a JSON list of records (docs/registry.md).
pub fn registered() -> String {
    let record = |name: &str, number: &str, birthdate: &str, gender: Gender, contacts: serde_json::Value| {
        serde_json::json!({
            "reference": format!("DEMO-{}", number.get(6..).unwrap_or_default()),
            "person": { "scheme": "vn", "number": number },
            "standing": "alive",
            "name": name,
            "birthdate": birthdate,
            "gender": match gender { Gender::Female => "female", Gender::Male => "male" },
            "contacts": contacts,
        })
    };
    let contacts = |phone: &str, email: &str| serde_json::json!([{ "channel": "sms", "to": phone }, { "channel": "email", "to": email }]);
    let staff = STAFF.iter().map(|staff| &staff.person);
    let here = PEOPLE.iter().chain(&MADE_UP).chain(staff).map(|person| {
        let contacts = contacts(person.phone, person.email);
        record(person.name, person.national_id, person.birthdate, person.gender, contacts)
    });
    let others = WITHOUT_ACCOUNT.iter().map(|resident| {
        let contacts = contacts(resident.phone, resident.email);
        record(resident.name, resident.national_id, resident.birthdate, resident.gender, contacts)
    });
    serde_json::Value::from_iter(here.chain(others)).to_string()
}
