//! Models in memory and where they come from, and room for the next proof.

use crate::cache::{Cache, Model};
use crate::error::{B256, WorkerError};
use crate::inputs;
use crate::memory::Footprint;
use crate::models::{Folders, Found, published};
use crate::options::Options;
use crate::proving;
use crate::srs::SrsSource;
use crate::worker::lock;
use std::sync::{Arc, Mutex};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use verin_artifacts::Artifacts;
use verin_circuits::artifact::RecordFile;
use verin_queue::Work;

/// A model in memory, or where it is.
pub(crate) enum Source {
    /// Checked out of the cache.
    Loaded(Box<Model>),
    /// To be loaded.
    Found(Found, Footprint),
}

/// What a worker has of models.
#[derive(Debug)]
pub(crate) struct Shelf {
    cache: Mutex<Cache>,
    folders: Arc<Mutex<Folders>>,
    artifacts: Option<Arc<Artifacts>>,
    srs: SrsSource,
}

impl Shelf {
    /// An empty cache, and all folders looked through.
    pub(crate) fn open(options: &Options) -> Result<Self, WorkerError> {
        Ok(Self {
            cache: Mutex::new(Cache::new(options.memory)),
            folders: Arc::new(Mutex::new(Folders::open(options.keys.clone())?)),
            artifacts: options.artifacts.clone(),
            srs: options.srs.clone(),
        })
    }

    /// The model of work, with room made for its proof, and the number of its slots.
    pub(crate) async fn take(&self, work: &Work) -> Result<(Source, usize), WorkerError> {
        let cached = lock(&self.cache).check_out(work.record);
        let (source, batch, needed) = match cached {
            Some(model) => match self.needs(work, &model) {
                Ok((batch, needed)) => (Source::Loaded(Box::new(model)), batch, needed),
                Err(error) => {
                    self.put_back(work.record, model);
                    return Err(error);
                }
            },
            None => {
                let found = self.find(work.record).await?;
                let record = &found.file().record;
                let batch = inputs::batch(work, record)?;
                proving::check(record, batch)?;
                self.srs.check(record)?;
                let footprint = Footprint::of(found.file())?;
                let needed = self.peak(&footprint, &[], work.record, batch)?;
                (Source::Found(found, footprint), batch, needed)
            }
        };
        lock(&self.cache).make_room(needed);
        Ok((source, batch))
    }

    /// The record file of a model that can be found.
    pub(crate) async fn record(&self, record: B256) -> Result<RecordFile, WorkerError> {
        Ok(self.find(record).await?.file().clone())
    }

    /// Puts a model back that was proved with.
    pub(crate) fn put_back(&self, record: B256, model: Model) {
        lock(&self.cache).put_back(record, model);
    }

    /// Records of the models in memory, the one used longest ago first.
    pub(crate) fn loaded(&self) -> Vec<B256> {
        lock(&self.cache).records()
    }

    /// Most memory that may be used, in bytes.
    pub(crate) fn most(&self) -> u64 {
        lock(&self.cache).most()
    }

    /// On a thread that may block: files of keys are read, programs are decoded and hashed.
    async fn find(&self, record: B256) -> Result<Found, WorkerError> {
        let (folders, artifacts, handle) = (self.folders.clone(), self.artifacts.clone(), Handle::current());
        let find = move || match (lock(&folders).find(record)?, artifacts) {
            (Some(found), _) => Ok(found),
            (None, Some(artifacts)) => handle.block_on(published(&artifacts, record)),
            (None, None) => Err(WorkerError::NoModel { record }),
        };
        spawn_blocking(find).await.map_err(|_| WorkerError::Panicked)?
    }

    fn needs(&self, work: &Work, model: &Model) -> Result<(usize, u64), WorkerError> {
        let record = &model.file().record;
        let batch = inputs::batch(work, record)?;
        proving::check(record, batch)?;
        Ok((batch, self.peak(&model.footprint, &model.prepared, work.record, batch)?))
    }

    /// What a proof takes, if that is allowed: with all that is prepared, or else with nothing else prepared.
    fn peak(&self, footprint: &Footprint, prepared: &[usize], record: B256, batch: usize) -> Result<u64, WorkerError> {
        let most = self.most();
        let [with, alone] = [prepared, &[]].map(|prepared| footprint.peak(prepared, batch));
        let fits = [with, alone].into_iter().find(|peak| *peak <= most);
        fits.ok_or(WorkerError::Memory { record, batch, needed: alone, most })
    }
}
