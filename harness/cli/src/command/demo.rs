//! `parity demo`: the sample service here and on a simulated EC2 host.

use std::path::Path;

use envparity_config::{ImageSource, ImageSpec};
use envparity_model::{Problem, Verdict};
use envparity_orchestrator::{HeldLab, Selection};

use crate::args::{Common, DemoArgs, DemoKind, Keep, Output, OutputArgs};
use crate::command::run::{print, request_of};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{output, sample, settings};

/// One act of the demo.
struct Act {
    kind: DemoKind,
    title: &'static str,
    config: &'static str,
    expected: Verdict,
}

const ACTS: &[Act] = &[
    Act {
        kind: DemoKind::Same,
        title: "the same image on this machine and on a simulated EC2 host",
        config: "parity.toml",
        expected: Verdict::Parity,
    },
    Act {
        kind: DemoKind::Older,
        title: "the same source, built on an older Debian on the simulated EC2 host",
        config: "parity.older.toml",
        expected: Verdict::Drift,
    },
];

/// Shows. Succeeds when every act ends as it should: parity for the same image, drift for the older one.
pub(crate) async fn execute(common: &Common, args: &DemoArgs) -> Result<Exit, Failure> {
    let places = settings::places()?;
    let folder = places.cache_dir.join("demo").join("activity");
    sample::unpack(&folder).map_err(Failure::usage)?;
    let progress = Progress::new(common.quiet);
    let lab = HeldLab::start("lab", &places, &|event| progress.show(event)).await;
    progress.finish();
    let lab = lab.map_err(Failure::unreachable)?;
    let mut exit = Ok(Exit::Done);
    for act in ACTS.iter().filter(|act| args.kind == DemoKind::All || args.kind == act.kind) {
        output::result(&format!("\n# {}\n\n", act.title));
        exit = Box::pin(play(common, args, act, &folder, &lab)).await;
        if !matches!(exit, Ok(Exit::Done)) {
            break;
        }
    }
    lab.stop().await.map_err(Failure::unreachable)?;
    exit
}

async fn play(
    common: &Common,
    args: &DemoArgs,
    act: &Act,
    folder: &Path,
    lab: &HeldLab,
) -> Result<Exit, Failure> {
    let mut with_config = settings::load_file(&folder.join(act.config), common, Vec::new())?;
    let config = &mut with_config.resolved.config;
    set_base(config.image.as_mut(), &args.base);
    for environment in &mut config.environments {
        set_base(environment.image.as_mut(), &args.older_base);
    }
    let form = OutputArgs { explain: false, report: Vec::new(), output: Output::Text, keep: Keep::Never };
    let mut request = request_of(with_config, Selection::default(), &form, false)?;
    request.held = vec![("lab".to_owned(), lab.engine())];
    let progress = Progress::new(common.quiet);
    let finished = envparity_orchestrator::run(request, &|event| progress.show(event)).await;
    progress.finish();
    let finished = finished?;
    print(common, &finished, Output::Text);
    if finished.report.verdict == act.expected {
        return Ok(Exit::Done);
    }
    if finished.report.exit_code > 1 {
        return Ok(Exit::Report(finished.report.exit_code));
    }
    Err(Failure::internal(
        Problem::new(format!("the demo `{}` did not end as it should", act.title))
            .hint("the report above says what was found"),
    ))
}

fn set_base(image: Option<&mut ImageSpec>, base: &str) {
    if let Some(ImageSpec { source: ImageSource::Build { args, .. }, .. }) = image {
        args.insert("BASE".to_owned(), base.to_owned());
    }
}
