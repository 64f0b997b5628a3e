//! A PostgreSQL cluster of a test's own, which it may stop and kill. It is made with the programs of the throw-away
//! cluster and runs as whoever runs that one; unlike that one it writes to disk what it acknowledges.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::PathBuf,
    process::{Command, Stdio},
};

/// What opens its database.
pub const PASSWORD: &str = "cluster-password-CANARY";
const TRIES: usize = 10;

pub struct Cluster {
    folder: tempfile::TempDir,
    programs: PathBuf,
    /// Whom initdb and postgres run as, because they refuse to run for root.
    owner: Option<(u32, u32)>,
    port: u16,
}

impl Cluster {
    /// Makes and starts one, with an empty database `postgres`.
    pub async fn start() -> Cluster {
        let (programs, owner) = throw_away().await;
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("password"), PASSWORD).expect("the password");
        if let Some((user, group)) = owner {
            for path in [folder.path().to_owned(), folder.path().join("password")] {
                chown(path, Some(user), Some(group)).expect("given to whoever runs PostgreSQL");
            }
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("closed to others");
        let mut cluster = Cluster { folder, programs, owner, port: 0 };
        cluster.run(
            "initdb",
            &[
                "-D",
                "data",
                "-U",
                "postgres",
                "--pwfile=password",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
        );
        let settings = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 100\nfsync = on\n";
        let file = cluster.folder.path().join("data/postgresql.conf");
        let given = fs::read_to_string(&file).expect("the settings");
        fs::write(&file, format!("{given}\n{settings}")).expect("our settings");
        // Somebody else may take a port between our look and our start: then the next one is tried.
        for _ in 0..TRIES {
            let looked_at = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
            cluster.port = looked_at.local_addr().expect("its address").port();
            drop(looked_at);
            if cluster.try_run("pg_ctl", &cluster.up()) {
                return cluster;
            }
        }
        panic!("PostgreSQL does not start:\n{}", cluster.log());
    }

    /// The URL of its database.
    pub fn url(&self) -> String {
        format!("postgres://postgres:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    /// The folder it keeps everything in.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn up(&self) -> [String; 10] {
        let port = format!("-p {}", self.port);
        ["start", "-D", "data", "-w", "-t", "60", "-l", "data/log", "-o", &port].map(str::to_owned)
    }

    /// Starts it again.
    pub fn comes_back(&self) {
        self.run("pg_ctl", &self.up());
    }

    /// Ends it at once, as a machine that loses its power: what is not on disk is gone.
    pub fn goes_away(&self) {
        self.run("pg_ctl", &["stop", "-D", "data", "-m", "immediate", "-w"]);
    }

    /// Both, one right after the other.
    pub fn restarts(&self) {
        let port = format!("-p {}", self.port);
        self.run("pg_ctl", &["restart", "-D", "data", "-m", "immediate", "-w", "-t", "60", "-l", "data/log", "-o", &port]);
    }

    fn run(&self, program: &str, arguments: &[impl AsRef<std::ffi::OsStr>]) {
        assert!(self.try_run(program, arguments), "{program} failed:\n{}", self.log());
    }

    fn try_run(&self, program: &str, arguments: &[impl AsRef<std::ffi::OsStr>]) -> bool {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command.status().expect("a program of PostgreSQL").success()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("data/log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.try_run("pg_ctl", &["stop", "-D", "data", "-m", "immediate", "-w"]);
    }
}

/// Where the programs of the throw-away cluster are, and whom to run them as if we are root.
#[expect(clippy::disallowed_methods, reason = "the test script says where the cluster is")]
async fn throw_away() -> (PathBuf, Option<(u32, u32)>) {
    let url =
        std::env::var("CLAWHATCH_TEST_POSTGRES").expect("CLAWHATCH_TEST_POSTGRES is not set: run the tests by scripts/test.sh");
    let pool = sqlx::PgPool::connect(&url).await.expect("the throw-away cluster");
    let programs: String =
        sqlx::query_scalar("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetch_one(&pool).await.expect("its programs");
    let data: String = sqlx::query_scalar("SHOW data_directory").fetch_one(&pool).await.expect("its folder");
    pool.close().await;
    let we_are_root = fs::metadata("/proc/self").expect("we are a process").uid() == 0;
    let owner = we_are_root.then(|| {
        let there = fs::metadata(&data).expect("the throw-away cluster runs on this machine");
        (there.uid(), there.gid())
    });
    (PathBuf::from(programs), owner)
}
