//! A server process that ends with the test process, however that ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often a server that is starting is asked whether it is ready: 3,000 times 20 ms is a minute.
const ATTEMPTS: usize = 3_000;
const PAUSE: Duration = Duration::from_millis(20);

/// How a server is ended.
#[derive(Clone, Copy)]
pub enum Signal {
    /// Ends at once; what the server had not written is lost.
    Kill,
    /// Postgres' "immediate shutdown": its children end with it, and the next start recovers.
    Quit,
}

impl Signal {
    const fn name(self) -> &'static str {
        match self {
            Self::Kill => "KILL",
            Self::Quit => "QUIT",
        }
    }
}

/// Who a server runs as.
#[derive(Clone, Copy)]
pub enum User {
    /// Whoever runs the tests.
    Current,
    /// The `postgres` user if root runs the tests, whom Postgres refuses to serve; else whoever does.
    Postgres,
}

/// The shell that holds one server (`supervisor.sh`), and the directory it made for it.
pub struct Supervisor {
    directory: PathBuf,
    conversation: Mutex<Conversation>,
}

struct Conversation {
    /// `None` only while the supervisor is being dropped: closing it is the order to end.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    shell: Child,
}

impl Supervisor {
    pub fn new(user: User, last_signal: Signal) -> Self {
        Self::begin(user, last_signal, "anywhere")
    }

    /// With a directory that is on a disk, and not in memory.
    pub fn on_disk(user: User, last_signal: Signal) -> Self {
        Self::begin(user, last_signal, "disk")
    }

    fn begin(user: User, last_signal: Signal, place: &str) -> Self {
        let mut command = match user {
            User::Postgres if running_as_root() => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
                command
            }
            User::Postgres | User::Current => Command::new("sh"),
        };
        let mut shell = command
            .args(["-c", include_str!("supervisor.sh"), "supervisor", last_signal.name(), place])
            // A group of its own: an interrupt at the terminal ends the tests, and their end ends this.
            .process_group(0)
            .env_clear()
            .envs([("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LC_ALL", "C")])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh starts (and setpriv, when root runs the tests)");
        let orders = shell.stdin.take();
        let mut answers = BufReader::new(shell.stdout.take().expect("its output is a pipe"));
        let directory = PathBuf::from(line(&mut answers));
        Self { directory, conversation: Mutex::new(Conversation { orders, answers, shell }) }
    }

    /// The server's own directory, removed when the supervisor goes.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes a file that only the server's user may read.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.directory.join(name);
        let owner = self.directory.metadata().expect("the server's directory is there");
        let mut file =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        chown(&path, Some(owner.uid()), Some(owner.gid())).unwrap();
    }

    /// Runs a command to its end.
    pub fn run(&self, command: &str) {
        let status = self.order(&format!("run {command}"));
        assert_eq!(status, "0", "`{command}` failed:\n{}", self.log());
    }

    /// Starts the server and waits until `is_ready` says so.
    #[expect(clippy::disallowed_methods, reason = "a server that is starting cannot be waited for, only asked")]
    pub fn start(&self, command: &str, is_ready: impl Fn() -> bool) {
        self.order(&format!("start {command}"));
        for _ in 0..ATTEMPTS {
            if is_ready() {
                return;
            }
            assert_eq!(self.order("check"), "0", "`{command}` ended:\n{}", self.log());
            std::thread::sleep(PAUSE);
        }
        panic!("`{command}` did not become ready:\n{}", self.log());
    }

    /// Ends the server and returns when it is gone. Its directory stays.
    pub fn stop(&self, signal: Signal) {
        self.order(&format!("stop {}", signal.name()));
    }

    fn order(&self, order: &str) -> String {
        let mut conversation = self.conversation.lock().unwrap_or_else(PoisonError::into_inner);
        let orders = conversation.orders.as_mut().expect("the supervisor is not being dropped");
        writeln!(orders, "{order}").expect("the supervisor listens");
        line(&mut conversation.answers)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        let conversation = self.conversation.get_mut().unwrap_or_else(PoisonError::into_inner);
        conversation.orders = None;
        let _ = conversation.shell.wait();
    }
}

#[test]
#[should_panic = "no port for this one"]
fn a_server_that_ends_instead_of_starting_is_not_waited_for() {
    let supervisor = Supervisor::new(User::Current, Signal::Kill);
    supervisor.write("server", "echo no port for this one; exit 1");
    supervisor.start("sh server", || false);
}

fn line(answers: &mut impl BufRead) -> String {
    let mut line = String::new();
    answers.read_line(&mut line).expect("the supervisor answers");
    assert!(line.ends_with('\n'), "the supervisor ended; its own words stand above");
    line.trim_end().to_owned()
}

fn running_as_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|process| process.uid() == 0)
}

/// Where the program `name` is, if it is installed.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// A loopback port that nobody listens on now, below the range that outgoing connections are given
/// (Linux: 32768 and up), so that none of those takes it before its server does.
pub fn free_port() -> u16 {
    let start = u16::from_be_bytes(unpredictable());
    (0..10_000)
        .map(|step| 20_000 + (start.wrapping_add(step)) % 10_000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("one of ten thousand ports is free")
}

/// A password that nobody else on this machine can guess: a server on the loopback is open to all its users.
pub fn password() -> String {
    unpredictable::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unpredictable<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let mut source = std::fs::File::open("/dev/urandom").expect("the system has a random source");
    source.read_exact(&mut bytes).expect("the random source gives bytes");
    bytes
}
