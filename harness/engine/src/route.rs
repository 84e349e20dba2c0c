//! The proof that two environments are two engines.
//!
//! Engine ids are not trusted: cloned hosts share them. A volume with a random label is made through one
//! client, and looked for through the others. (A volume, because that needs no image.)

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::ListVolumesOptionsBuilder;

use crate::engine::Engine;
use crate::error::{EngineError, ErrorKind};
use crate::ownership::{PURPOSE, labels, object_name};

/// Fails if two of the engines are one, unless that is allowed.
pub async fn prove_routes(engines: &[&Engine], allow_same: bool) -> Result<(), EngineError> {
    if allow_same {
        return Ok(());
    }
    for (number, engine) in engines.iter().enumerate() {
        let others = &engines[number + 1..];
        if others.is_empty() {
            break;
        }
        let mark = Mark::leave(engine).await?;
        let looked = look(&mark, others).await;
        engine.remove_volume(&mark.name).await;
        if let Some(same) = looked? {
            return Err(EngineError::new(
                ErrorKind::Other,
                format!("`{}` and `{}` are one engine: `{}`", engine.name(), same.name(), same.info().endpoint),
            )
            .hint("comparing an engine with itself proves nothing; `allow-same-engine = true` in [compare] accepts it"));
        }
    }
    Ok(())
}

async fn look<'e>(mark: &Mark, engines: &[&'e Engine]) -> Result<Option<&'e Engine>, EngineError> {
    for engine in engines {
        if mark.is_on(engine).await? {
            return Ok(Some(engine));
        }
    }
    Ok(None)
}

struct Mark {
    name: String,
    purpose: String,
}

impl Mark {
    async fn leave(engine: &Engine) -> Result<Self, EngineError> {
        // Two engines share no state: a number that this process drew is on the other one only if it is the same.
        let random = RandomState::new().hash_one(&engine.inner.run.run);
        let purpose = format!("route-{random:016x}");
        let run = &engine.inner.run;
        let name = object_name(&run.run, engine.name(), &purpose);
        let request = VolumeCreateRequest {
            name: Some(name.clone()),
            labels: Some(labels(run, engine.name(), &purpose)),
            ..VolumeCreateRequest::default()
        };
        engine.docker().create_volume(request).await.map_err(|e| {
            EngineError::api(format_args!("could not mark the engine of `{}`", engine.name()), &e)
        })?;
        Ok(Self { name, purpose })
    }

    async fn is_on(&self, engine: &Engine) -> Result<bool, EngineError> {
        let filter = format!("{PURPOSE}={}", self.purpose);
        let filters = HashMap::from([("label", vec![filter])]);
        let options = ListVolumesOptionsBuilder::default().filters(&filters).build();
        let listed = engine.docker().list_volumes(Some(options)).await.map_err(|e| {
            EngineError::api(format_args!("could not look for the mark on `{}`", engine.name()), &e)
        })?;
        Ok(listed.volumes.is_some_and(|volumes| !volumes.is_empty()))
    }
}
