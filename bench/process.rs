//! A server as its own process, and what the system has counted of it.

use std::fs::{File, read_dir, read_to_string};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::portal::Failure;

/// Where a server keeps its data, and on which ports it is reached.
#[derive(Clone, Debug)]
pub struct Place<'f> {
    pub folder: &'f Path,
    pub port: u16,
    pub operations: u16,
    pub portal: u16,
    pub database_url: Option<String>,
    pub redis_url: Option<String>,
}

impl Place<'_> {
    /// Where the identity store is.
    pub fn database(&self) -> String {
        let embedded = || format!("sqlite:{}", self.folder.join("senid.sqlite").display());
        self.database_url.clone().unwrap_or_else(embedded)
    }
}

/// A running `senid`, ended when this is dropped.
pub struct Server {
    child: Child,
    /// From the start of the process until it said that it is ready.
    pub started_in: Duration,
}

impl Server {
    /// Enters the demonstration's people and clients and makes the keys: what only a first start does.
    pub async fn prepare(place: &Place<'_>) -> Result<(), Failure> {
        let mut command = program();
        command.arg("demo").arg("--data").arg(place.folder);
        for (flag, port) in
            [("--port", place.port), ("--operations-port", place.operations), ("--portal-port", place.portal)]
        {
            command.args([flag, &port.to_string()]);
        }
        for (flag, url) in [("--database-url", &place.database_url), ("--redis-url", &place.redis_url)] {
            command.args(url.iter().flat_map(|url| [flag, url.as_str()]));
        }
        Self::start(command, place).await?.stop()
    }

    /// `senid serve`, as an operator runs it, over what [`Self::prepare`] made.
    pub async fn serve(place: &Place<'_>) -> Result<Self, Failure> {
        let mut command = program();
        command.arg("serve").envs([
            ("SENID_ISSUER", format!("http://localhost:{}", place.port)),
            ("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{}", place.port)),
            ("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{}", place.operations)),
            ("SENID_KEYS__FOLDER", place.folder.join("keys").display().to_string()),
            ("SENID_DATABASE__URL", place.database()),
        ]);
        command.envs(place.redis_url.iter().map(|url| ("SENID_SESSIONS__URL", url)));
        Self::start(command, place).await
    }

    async fn start(mut command: Command, place: &Place<'_>) -> Result<Self, Failure> {
        let log = place.folder.join("log");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let began = stopwatch();
        let mut server = Self { child: command.spawn()?, started_in: Duration::ZERO };
        let mut attempts = tokio::time::interval(Duration::from_millis(1));
        while !is_ready(place.operations).await? {
            attempts.tick().await;
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("senid ended with {status}: {}", read_to_string(&log)?).into());
            }
            if began.elapsed() > Duration::from_secs(60) {
                return Err(format!("senid does not get ready: {}", read_to_string(&log)?).into());
            }
        }
        server.started_in = began.elapsed();
        Ok(server)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill").arg(self.id().to_string()).status()?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("senid ended with {status}").into()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, that knows nothing of the settings of whoever measures it.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_senid"));
    command.env_clear();
    command
}

/// A command that has run to its end, and what it took.
pub struct Ended {
    pub said: String,
    pub took: Duration,
    pub cpu_seconds: f64,
    /// The most memory that was resident at once.
    pub megabytes: f64,
}

/// Runs a command that says little to its end.
pub async fn run(mut command: Command) -> Result<Ended, Failure> {
    let began = stopwatch();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (status, mut megabytes) = (format!("/proc/{}/status", child.id()), 0.0_f64);
    let mut attempts = tokio::time::interval(Duration::from_millis(20));
    // It is a zombie until it is waited for, and what it took can still be read then.
    while let Ok(peak) = megabytes_of(&status, "VmHWM:") {
        megabytes = megabytes.max(peak);
        attempts.tick().await;
    }
    let (took, cpu_seconds) = (began.elapsed(), cpu_seconds(child.id())?);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(Ended { said: String::from_utf8(output.stdout)?, took, cpu_seconds, megabytes })
}

/// One request by hand: a client that is made first would count in the start's time.
async fn is_ready(port: u16) -> Result<bool, Failure> {
    let mut stream = match TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await {
        Ok(stream) => stream,
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

#[expect(clippy::disallowed_methods, reason = "measures how long a process takes")]
fn stopwatch() -> Instant {
    Instant::now()
}

/// CPU time in seconds, its own and that of its children that have ended; hundredths are the finest there is.
pub fn cpu_seconds(process: u32) -> Result<f64, Failure> {
    let fields = stat(&format!("/proc/{process}/stat"))?;
    // utime, stime, cutime, cstime: proc_pid_stat(5), fields 14 to 17.
    let ticks: u64 = [14, 15, 16, 17].iter().filter_map(|at| fields.get(at - 3)?.parse::<u64>().ok()).sum();
    Ok(ticks as f64 / TICKS_A_SECOND)
}

/// CPU time in seconds of the threads that hash passwords.
pub fn hashing_seconds(process: u32) -> Result<f64, Failure> {
    let mut nanoseconds = 0;
    for thread in read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?.path();
        // A thread may end while this is read.
        let Ok(name) = read_to_string(thread.join("comm")) else { continue };
        if name.starts_with("password-") {
            let times = read_to_string(thread.join("schedstat"))?;
            nanoseconds += times.split(' ').next().and_then(|time| time.parse::<u64>().ok()).unwrap_or_default();
        }
    }
    Ok(nanoseconds as f64 / 1e9)
}

/// `process` and those that it started, as Postgres starts one for each connection.
pub fn family(process: u32) -> Result<Vec<u32>, Failure> {
    let mut family = vec![process];
    for entry in read_dir("/proc")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end while this is read.
        let Ok(fields) = stat(&format!("/proc/{id}/stat")) else { continue };
        if fields.get(4 - 3).is_some_and(|parent| *parent == process.to_string()) {
            family.push(id);
        }
    }
    Ok(family)
}

/// Memory in megabytes that is resident now: what `/proc/PID/status` calls `VmRSS`.
pub fn resident_megabytes(process: u32) -> Result<f64, Failure> {
    megabytes_of(&format!("/proc/{process}/status"), "VmRSS:")
}

fn megabytes_of(status: &str, field: &str) -> Result<f64, Failure> {
    let status = read_to_string(status)?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)).ok_or_else(|| format!("no {field}"))?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}

/// The fields from the third on: the second is the name, which may contain anything.
fn stat(path: &str) -> Result<Vec<String>, Failure> {
    let text = read_to_string(path)?;
    let (_, fields) = text.rsplit_once(") ").ok_or("a stat without a name")?;
    Ok(fields.split_whitespace().map(str::to_owned).collect())
}

/// `USER_HZ`, which Linux has fixed for programs.
const TICKS_A_SECOND: f64 = 100.0;
