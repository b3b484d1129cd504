//! The register that is written: firms as the store takes them, and as a file has them.

use programme::record::{Act, Cell, Cells, Change};
use programme::{Files, Programme};
use std::fmt::Write as _;
use std::path::Path;
use store::write::Write;

/// The register that is written.
pub(crate) const REGISTER: &str = "maker";

/// Fields of a firm with their types, fifteen as in the example province, one of which can be erased.
const FIELDS: [(&str, &str); 15] = [
    ("uscc", "uscc"),
    ("name", "text"),
    ("county", "unit"),
    ("industry", "industry"),
    ("founded_on", "date"),
    ("output", "money"),
    ("revenue", "money"),
    ("workers", "int"),
    ("growth", "ratio"),
    ("listed", "bool"),
    ("stepped_up_on", "date"),
    ("contact", "person"),
    ("tags", "choices"),
    ("seen_at", "time"),
    ("kind", "choice"),
];

/// Units of the small programme.
const COUNTIES: [&str; 5] = ["110", "111", "112", "120", "121"];

/// A code with its two check digits, by GB 11714 and by GB 32100.
fn uscc(n: usize) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const INNER: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    const OUTER: [usize; 17] = [
        1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
    ];
    let own = format!("{n:08}");
    let sum: usize = own
        .bytes()
        .zip(INNER)
        .map(|(l, w)| usize::from(l - b'0') * w)
        .sum();
    let inner = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(LETTERS[digit]),
    };
    let mut code = format!("91350100{own}{inner}");
    let value = |letter: u8| LETTERS.iter().position(|l| *l == letter).unwrap();
    let sum: usize = code.bytes().zip(OUTER).map(|(l, w)| value(l) * w).sum();
    code.push(char::from(LETTERS[(31 - sum % 31) % 31]));
    code
}

/// Firms from a number to another as a CSV file; with another revenue for each turn.
pub(crate) fn sheet(from: usize, until: usize, turn: usize) -> Vec<u8> {
    let heads = FIELDS.map(|(id, _)| id).join(",");
    let mut out = heads + "\n";
    for n in from..until {
        let county = COUNTIES[n % COUNTIES.len()];
        let workers = match n % 3 {
            0 => String::new(),
            _ => (n % 900).to_string(),
        };
        let (year, month, day) = (1990 + n % 30, 1 + n % 12, 1 + n % 28);
        writeln!(
            out,
            "{},福建第{n}号茶业有限公司,{county},C{},{year}-{month:02}-{day:02},{}.{:02},{}.{:02},{workers},0.{:02},{},,陈{n},茶,2023-07-{day:02}T0{}:15:00,大",
            uscc(n),
            10 + n % 30,
            n * 137 % 9_000_000,
            n % 100,
            n * 731 % 9_000_000 + turn,
            n % 100,
            n % 100,
            if n.is_multiple_of(2) { "是" } else { "否" },
            n % 10,
        )
        .unwrap();
    }
    out.into_bytes()
}

pub(crate) fn firm(n: usize) -> Write {
    let text = |text: String| Some(Cell::Text(text.into()));
    let int = |n: usize| Some(Cell::Int(n as i64));
    let values = [
        text(uscc(n)),
        text(format!("福建第{n}号茶业有限公司")),
        text(COUNTIES[n % COUNTIES.len()].to_owned()),
        text(format!("C{}", 10 + n % 30)),
        int(10_000 + n % 9_000),
        int(n * 137 % 900_000_000),
        int(n * 731 % 900_000_000),
        (!n.is_multiple_of(3)).then_some(Cell::Int((n % 900) as i64)),
        Some(Cell::Double((n % 100) as f64 / 100.0)),
        Some(Cell::Bool(n.is_multiple_of(2))),
        None,
        text(format!("陈{n}")),
        Some(Cell::List(vec![Cell::Text("tea".into())])),
        int(1_690_000_000_000 + n),
        text("large".into()),
    ];
    let names = FIELDS.iter().map(|(id, _)| (*id).to_owned());
    let after: Cells = names.zip(values).collect();
    Write {
        change: Change {
            register: REGISTER.into(),
            record: Some(format!("F{n:09}").into()),
            version: 0,
            act: Act::Create,
            after,
            why: None,
        },
        unit: None,
    }
}

/// The small programme of the readers' tests, with this register besides.
pub(crate) fn programme() -> (Programme, Files) {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../programme/tests/base");
    let mut files = Files::new();
    read_into(&mut files, &base, &base);
    let words = |id: &str| format!("name = {{ zh = \"{id}\", en = \"{id}\" }}\n");
    let mut text = format!("id = \"{REGISTER}\"\n{}title = \"name\"\n", words("企业"));
    for (id, kind) in FIELDS {
        text += &format!("\n[field.{id}]\n{}type = \"{kind}\"\n", words(id));
        text += match id {
            "uscc" => "key = true\nrequired = true\n",
            "tags" => "choices = { tea = { zh = \"茶\", en = \"Tea\" } }\n",
            "kind" => "choices = { large = { zh = \"大\", en = \"Large\" } }\n",
            _ => "",
        };
    }
    files.insert(format!("registers/{REGISTER}.toml"), text);
    let reading = programme::read(&files);
    let programme = reading.programme;
    let programme = programme.unwrap_or_else(|| panic!("{:?}", reading.faults));
    (programme, files)
}

fn read_into(files: &mut Files, root: &Path, folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_into(files, root, &path);
            continue;
        }
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        files.insert(name.to_owned(), std::fs::read_to_string(&path).unwrap());
    }
}
