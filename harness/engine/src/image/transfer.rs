//! Images from engine to engine: only the layers that are missing there, else the whole stream.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use bollard::query_parameters::{ImportImageOptionsBuilder, ListImagesOptions};
use bytes::Bytes;
use envparity_config::{Sync, Transfer};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc::Sender;

use super::delta::Delta;
use super::layers::{HeldLayer, LayerCache};
use super::pipe::{PipeReader, PipeWriter, pipe, reverse_pipe};
use super::saved::{self, Saved};
use super::{ImageEvent, LocalImage, Progress, pull};
use crate::connect::transport::Meter;
use crate::engine::{Engine, Route};
use crate::error::{EngineError, ErrorKind, describe};

/// Images on the target that are asked for their layers, if they are not known.
const ASKED: usize = 16;
/// An engine that answers this quickly is beyond a fast wire, or none.
const NEAR: Duration = Duration::from_millis(2);
/// How often it is asked before it counts as distant.
const PROBES: usize = 5;
/// Packing this little takes no time anywhere.
const SMALL: u64 = 8 << 20;
/// When no more than this must be sent, looking for more common layers costs more than it saves.
const ENOUGH: u64 = 128 << 10;

/// How an image came to an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentBy {
    /// It was there.
    Present,
    /// The missing layers were sent.
    Layers {
        /// How many.
        sent: usize,
        /// All of them were kept from an earlier send: nothing was saved.
        kept: bool,
    },
    /// The whole image was sent.
    Load,
    /// The engine pulled it.
    Registry,
}

/// What sending cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferStats {
    /// Bytes to and from the target's engine.
    pub bytes: u64,
    /// How it came there.
    pub way: SentBy,
    /// Milliseconds.
    pub wall_ms: u64,
}

/// Makes sure that `to` has the image that `from` has, as `sync` and `transfer` say.
///
/// # Errors
/// [`ErrorKind::ImageNotFound`] under [`Sync::Never`], [`ErrorKind::Transfer`] if it cannot be sent, or if what
/// arrived is not what was sent.
pub async fn send(
    from: &Engine,
    to: &Engine,
    image: &LocalImage,
    sync: Sync,
    transfer: Transfer,
    progress: Progress<'_>,
) -> Result<(LocalImage, TransferStats), EngineError> {
    let begun = Instant::now();
    let meter = Meter::default();
    let present = to.find_image(&image.reference, image.platform.as_deref()).await?;
    let stats = |way| TransferStats {
        bytes: meter.bytes(),
        way,
        wall_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    let present = match (present, sync) {
        (Some(there), Sync::Missing | Sync::Never) => Some(there),
        (Some(there), Sync::Always) => Some(there).filter(|there| there.identity == image.identity),
        (None, Sync::Never) => {
            return Err(EngineError::new(
                ErrorKind::ImageNotFound,
                format!("no image `{}` on the engine of `{}`", image.reference, to.name()),
            )
            .hint("`sync = \"never\"` forbids to send it: use \"missing\", or bring it there"));
        }
        (None, _) => None,
    };
    if let Some(there) = present {
        return Ok((there, stats(SentBy::Present)));
    }
    let sending = Sending { from, to, image, meter: &meter, progress };
    let way = sending.by(transfer).await?;
    let arrived = to.find_image(&image.reference, image.platform.as_deref()).await?;
    let arrived = arrived.filter(|there| there.identity == image.identity || way == SentBy::Registry);
    let arrived = arrived.ok_or_else(|| {
        EngineError::new(
            ErrorKind::Transfer,
            format!("`{}` arrived on the engine of `{}` as another image", image.reference, to.name()),
        )
    })?;
    Ok((arrived, stats(way)))
}

struct Sending<'a> {
    from: &'a Engine,
    to: &'a Engine,
    image: &'a LocalImage,
    meter: &'a Meter,
    progress: Progress<'a>,
}

impl Sending<'_> {
    async fn by(&self, transfer: Transfer) -> Result<SentBy, EngineError> {
        match transfer {
            Transfer::Registry => {
                let platform = self.image.platform.as_deref();
                pull::pull(self.to, &self.image.reference, platform, self.progress).await?;
                Ok(SentBy::Registry)
            }
            Transfer::Load => self.whole().await,
            Transfer::Layers => Box::pin(self.layers()).await,
            // An engine that takes no archive with layers left out says so before anything has changed.
            Transfer::Auto => match Box::pin(self.layers()).await {
                Err(e) if e.kind == ErrorKind::Transfer => self.whole().await,
                other => other,
            },
        }
    }

    async fn whole(&self) -> Result<SentBy, EngineError> {
        let docker = self.from.patient(&Meter::default())?;
        let reference = self.image.reference.clone();
        let (feed, reader) = reverse_pipe();
        let (writer, stream) = pipe();
        let compress = self.compresses().await?;
        let copying = tokio::task::spawn_blocking(move || copy(reader, writer, compress));
        let feeding = async move { feed_image(docker.export_image(&reference), feed).await };
        let (loaded, fed) = tokio::join!(self.load(stream), feeding);
        let copied = copying.await.map_err(|e| self.failed(&e))?;
        // The engine's own words first: the other errors follow from them.
        loaded?;
        fed.and(copied).map_err(|e| self.failed(&e))?;
        Ok(SentBy::Load)
    }

    async fn layers(&self) -> Result<SentBy, EngineError> {
        let cache = LayerCache::below(&self.from.inner.run.cache_dir);
        let held = self.held_prefix(&cache).await?;
        let wanted: BTreeSet<String> = self.image.layers[held..].iter().cloned().collect();
        let kept = cache.config(&self.image.id).zip(
            wanted
                .iter()
                .map(|id| Some((id.clone(), HeldLayer::Kept(cache.layer(id)?))))
                .collect::<Option<BTreeMap<_, _>>>(),
        );
        let from_cache = kept.is_some();
        let saved = match kept {
            Some((config, layers)) => Saved { config, layers },
            None => self.save(wanted, &cache).await?,
        };
        let sent = saved.layers.len();
        let compress = saved.bytes().map_err(|e| self.failed(&e))? < SMALL || self.compresses().await?;
        let delta = Delta {
            saved,
            reference: self.image.reference.clone(),
            order: self.image.layers.clone(),
            compress,
        };
        let (writer, stream) = pipe();
        let writing = tokio::task::spawn_blocking(move || delta.write(writer));
        let loaded = self.load(stream).await;
        let written = writing.await.map_err(|e| self.failed(&e))?;
        loaded?;
        written.map_err(|e| self.failed(&e))?;
        Ok(SentBy::Layers { sent, kept: from_cache })
    }

    /// Takes the configuration and the wanted layers from the engine that has the image.
    async fn save(&self, wanted: BTreeSet<String>, cache: &LayerCache) -> Result<Saved, EngineError> {
        let docker = self.from.patient(&Meter::default())?;
        let (feed, reader) = reverse_pipe();
        let (known, own_cache) = (self.image.layers.clone(), cache.clone());
        let reading = tokio::task::spawn_blocking(move || saved::read(reader, &wanted, &known, &own_cache));
        let fed = feed_image(docker.export_image(&self.image.reference), feed).await;
        let read = reading.await.map_err(|e| self.failed(&e))?;
        fed.map_err(|e| self.failed(&e))?;
        let saved = read.map_err(|e| self.failed(&e))?;
        // Only a convenience for the next time.
        cache.keep_config(&self.image.id, &saved.config).ok();
        Ok(saved)
    }

    /// Sends an archive and waits until the engine has taken it.
    async fn load(
        &self,
        stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Result<(), EngineError> {
        let docker = self.to.patient(self.meter)?;
        let options = ImportImageOptionsBuilder::default().quiet(true).build();
        let mut output = Box::pin(docker.import_image_stream(options, stream, None));
        let mut tick = tokio::time::interval(Duration::from_millis(250));
        loop {
            tokio::select! {
                part = output.next() => match part {
                    None => return Ok(()),
                    Some(Ok(_)) => {}
                    Some(Err(e)) => {
                        let what = format!("could not load `{}` on the engine of `{}`", self.image.reference, self.to.name());
                        return Err(EngineError::api(what, &e).unless_gone(ErrorKind::Transfer));
                    }
                },
                _ = tick.tick() => (self.progress)(ImageEvent::Sent(self.meter.bytes())),
            }
        }
    }

    /// How many of the image's layers, from the bottom, some image on the target has as its bottom.
    async fn held_prefix(&self, cache: &LayerCache) -> Result<usize, EngineError> {
        let docker = self.to.metered(self.meter)?;
        let listed = docker.list_images(None::<ListImagesOptions>).await;
        let mut listed = listed.map_err(|e| {
            EngineError::api(
                format_args!("could not list the images on the engine of `{}`", self.to.name()),
                &e,
            )
        })?;
        let (repo, _) = pull::split_tag(&self.image.reference);
        let distance = |tags: &[String]| {
            if tags.contains(&self.image.reference) {
                0
            } else if tags.iter().any(|tag| pull::split_tag(tag).0 == repo) {
                1
            } else {
                2
            }
        };
        listed.sort_by_key(|image| (distance(&image.repo_tags), std::cmp::Reverse(image.created)));
        let (mut best, mut asked) = (0, 0);
        for summary in listed {
            let rest = self.image.layers[best..].iter().cloned().collect();
            if best == self.image.layers.len() || cache.size_of(&rest).is_some_and(|size| size <= ENOUGH) {
                break;
            }
            let chain = match cache.chain(&summary.id) {
                Some(chain) => chain,
                None if asked == ASKED => continue,
                None => {
                    asked += 1;
                    // An image may go between the list and the question.
                    let Ok(inspected) = docker.inspect_image(&summary.id).await else { continue };
                    let chain = inspected.root_fs.and_then(|fs| fs.layers).unwrap_or_default();
                    cache.keep_chain(&summary.id, &chain).ok();
                    chain
                }
            };
            let common = chain.iter().zip(&self.image.layers).take_while(|(a, b)| a == b).count();
            best = best.max(common);
        }
        Ok(best)
    }

    /// Near an engine compression only costs time: a processor packs slower than such a wire carries.
    async fn compresses(&self) -> Result<bool, EngineError> {
        if matches!(self.to.inner.route, Route::Local) {
            return Ok(false);
        }
        for _ in 0..PROBES {
            // One quick answer is enough: a busy engine answers slowly, but no distant one answers quickly.
            if self.to.round_trip().await? < NEAR {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> EngineError {
        EngineError::new(
            ErrorKind::Transfer,
            format!(
                "could not send `{}` to the engine of `{}`: {error}",
                self.image.reference,
                self.to.name()
            ),
        )
    }
}

async fn feed_image(
    mut image: impl Stream<Item = Result<Bytes, bollard::errors::Error>> + Unpin,
    feed: Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    while let Some(chunk) = image.next().await {
        let chunk = chunk.map_err(|e| io::Error::other(describe(&e)));
        let failed = chunk.as_ref().err().map(|e| io::Error::other(e.to_string()));
        // Whoever reads no longer has said why.
        if feed.send(chunk).await.is_err() {
            return Ok(());
        }
        if let Some(e) = failed {
            return Err(e);
        }
    }
    Ok(())
}

fn copy(mut reader: PipeReader, mut writer: PipeWriter, compress: bool) -> io::Result<()> {
    let mut buffer = vec![0; 256 << 10];
    let mut pump = |out: &mut dyn Write| -> io::Result<()> {
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(()),
                count => out.write_all(&buffer[..count])?,
            }
        }
    };
    let copied = if compress {
        let mut encoder = GzEncoder::new(&mut writer, Compression::new(4));
        pump(&mut encoder).and_then(|()| encoder.finish().map(drop))
    } else {
        pump(&mut writer)
    };
    writer.finish(copied)
}
