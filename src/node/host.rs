//! The node: its parts, its claws' workers, and what both the API and the workers need to know of a claw.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rustix::process::geteuid;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    domain::secret::Secret,
    drivers::{
        clock::Clock,
        vault::{Place, Vault},
    },
    node::{
        cell::{Cell, Paths},
        config::NodeSettings,
        openclaw::OpenClaw,
        runtime::{Owner, Runtime, RuntimeError, proc},
        spec::Spec,
        store::{Row, Store},
        worker,
    },
};

/// Everything the node is made of.
pub struct Node {
    pub settings: NodeSettings,
    pub clock: Clock,
    pub store: Store,
    pub vault: Arc<Vault>,
    pub openclaw: OpenClaw,
    pub runtime: Arc<dyn Runtime>,
    /// Claws that may be starting at a time.
    pub(super) starts: Arc<Semaphore>,
    /// Cancelled when the node is to end. Claws go on.
    pub stop: CancellationToken,
    root: bool,
    bells: Mutex<BTreeMap<String, Arc<Notify>>>,
    /// What each running claw was last seen to take, in megabytes.
    memory: Mutex<BTreeMap<String, u32>>,
    changed: watch::Sender<u64>,
    draining: AtomicBool,
    workers: TaskTracker,
    /// Held while the network is fenced: of two lists of claws the newer one must be the last to be told.
    fencing: tokio::sync::Mutex<()>,
}

/// The parts a node is made of.
pub struct Parts {
    pub settings: NodeSettings,
    pub clock: Clock,
    pub store: Store,
    pub vault: Vault,
    pub openclaw: OpenClaw,
    pub runtime: Arc<dyn Runtime>,
}

impl Node {
    /// Puts a node together. Refuses keys that are not those its database was made with.
    pub async fn new(parts: Parts) -> anyhow::Result<Arc<Node>> {
        let Parts { settings, clock, store, vault, openclaw, runtime } = parts;
        match store.meta("key_check").await? {
            Some(kept) => vault.verify_check(&kept).context("CLAWNODE_ENCRYPTION_KEYS are not those of this node's data")?,
            None => {
                let mut tx = store.begin(clock.now()).await?;
                tx.set_meta("key_check", &vault.check_value()).await?;
                tx.commit().await?;
            }
        }
        let starts = Arc::new(Semaphore::new(settings.starts_at_once as usize));
        Ok(Arc::new(Node {
            settings,
            clock,
            store,
            vault: Arc::new(vault),
            openclaw,
            runtime,
            starts,
            stop: CancellationToken::new(),
            root: geteuid().is_root(),
            bells: Mutex::default(),
            memory: Mutex::default(),
            changed: watch::Sender::new(0),
            draining: AtomicBool::new(false),
            workers: TaskTracker::new(),
            fencing: tokio::sync::Mutex::default(),
        }))
    }

    /// Keeps every claw's gateway for its own on the network. Before anything of a claw runs, when one has gone, and now
    /// and then.
    pub async fn fence(&self) -> Result<(), RuntimeError> {
        let _alone = self.fencing.lock().await;
        let owners = self.store.owners().await.map_err(|error| RuntimeError::Failed(error.to_string()))?;
        let owners: Vec<Owner> = owners.into_iter().map(|(user, port)| Owner { user, port }).collect();
        self.runtime.fence(&owners).await
    }

    /// Gives every claw of the database its worker.
    pub async fn resume(self: &Arc<Node>) -> anyhow::Result<usize> {
        let slugs = self.store.slugs().await?;
        for slug in &slugs {
            self.wake(slug);
        }
        Ok(slugs.len())
    }

    /// Tells a claw's worker that something is wished; gives it one if it has none.
    pub fn wake(self: &Arc<Node>, slug: &str) {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = bells.get(slug) {
            bell.notify_one();
        } else if !self.stop.is_cancelled() {
            let bell = Arc::new(Notify::new());
            bells.insert(slug.to_owned(), Arc::clone(&bell));
            self.workers.spawn(worker::tend(Arc::clone(self), slug.to_owned(), bell));
        }
    }

    /// A worker is done with a claw that is no more.
    pub(super) fn dismiss(&self, slug: &str) {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner).remove(slug);
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).remove(slug);
        self.openclaw.forget(slug);
    }

    pub(super) fn note_memory(&self, slug: &str, memory_mb: u32) {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).insert(slug.to_owned(), memory_mb);
    }

    /// What a running claw was last seen to take, in megabytes.
    pub fn memory_of(&self, slug: &str) -> u32 {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).get(slug).copied().unwrap_or(0)
    }

    /// How many claws have room here.
    pub fn most_claws(&self) -> u32 {
        u32::try_from(self.total_memory_mb() / u64::from(self.settings.claw_memory_mb)).unwrap_or(u32::MAX)
    }

    /// The memory claws may have together, in megabytes.
    pub fn total_memory_mb(&self) -> u64 {
        self.settings.memory_mb.map_or_else(|| proc::machine_memory_mb().0, u64::from)
    }

    /// Told after every change of any claw's row.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) fn has_changed(&self) {
        self.changed.send_modify(|changes| *changes = changes.wrapping_add(1));
    }

    /// From now on nothing new is taken.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// Whether nothing new is taken any more.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// Ends the workers, each after the step it is at. Claws go on.
    pub async fn end(&self) {
        self.stop.cancel();
        self.workers.close();
        self.workers.wait().await;
    }

    /// Where a claw runs, and as whom.
    pub fn cell(&self, row: &Row, spec: &Spec) -> anyhow::Result<Cell> {
        let token = self.open(&row.gateway_token, "gateway_token", &row.claw.slug)?;
        let token = String::from_utf8(token.expose().clone()).context("the gateway's token is no text")?;
        Ok(Cell {
            slug: row.claw.slug.clone(),
            paths: Paths::below(&self.folder(&row.claw.slug)),
            port: row.port,
            gateway_token: Secret::new(token),
            user: self.root.then_some(row.uid),
            limits: spec.limits,
        })
    }

    /// The folder of a claw.
    pub fn folder(&self, slug: &str) -> PathBuf {
        self.settings.data_dir.join("claws").join(slug)
    }

    /// The folder of a claw's backups.
    pub fn backups_of(&self, slug: &str) -> PathBuf {
        self.settings.data_dir.join("backups").join(slug)
    }

    /// What is wished of a claw.
    pub fn spec(&self, row: &Row) -> anyhow::Result<Spec> {
        self.unseal(&row.spec, &row.claw.slug)
    }

    /// What a claw's gateway was last given.
    pub fn applied(&self, row: &Row) -> anyhow::Result<Option<Spec>> {
        row.applied.as_ref().map(|sealed| self.unseal(sealed, &row.claw.slug)).transpose()
    }

    fn unseal(&self, sealed: &[u8], slug: &str) -> anyhow::Result<Spec> {
        let plain = self.open(sealed, "spec", slug)?;
        Spec::from_json(plain.expose()).with_context(|| format!("reading the specification of {slug}"))
    }

    /// As it is kept.
    pub fn seal(&self, plain: &[u8], column: &'static str, slug: &str) -> Vec<u8> {
        self.vault.seal(plain, &place(column, slug))
    }

    fn open(&self, sealed: &[u8], column: &'static str, slug: &str) -> anyhow::Result<Secret<Vec<u8>>> {
        self.vault.open(sealed, &place(column, slug)).with_context(|| format!("opening {column} of {slug}"))
    }

    /// Whether this is the key of the API. Takes as long for any wrong one.
    pub fn is_key(&self, given: &[u8]) -> bool {
        let (given, ours) = (Sha256::digest(given), Sha256::digest(self.settings.key.expose()));
        given.ct_eq(&ours).into()
    }

    /// The token of one claw's own runtime API, made from the node's key.
    pub fn service_token(&self, slug: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.settings.key.expose().as_bytes()).expect("HMAC takes any key");
        mac.update(b"clawnode service token 1\0");
        mac.update(slug.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}

/// Where a claw's secret stands; it opens nowhere else. The applied specification is a copy of the wished one.
fn place(column: &'static str, slug: &str) -> Place {
    Place { table: "claws", column, owner: slug.to_owned() }
}

/// Makes the folders of the node: claws can walk through to their own, and into no other.
pub fn make_folders(data: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    for (folder, mode) in [("", 0o711), ("claws", 0o711), ("run", 0o700), ("backups", 0o700)] {
        let folder = data.join(folder);
        std::fs::create_dir_all(&folder)?;
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}
